package io.modelgate.model;

import static io.modelgate.store.FieldType.FLAG;
import static io.modelgate.store.FieldType.TEXT;

import io.modelgate.store.CollectionDescriptor;
import java.util.List;
import java.util.Map;

/** The collections of the model role. */
public final class ModelCollections {

    /** Registered models: {@code modelMetaData} (name, description, type, stage, …), {@code modelAssets}, schemas. */
    public static final CollectionDescriptor STORED_MODELS = new CollectionDescriptor(
            "storedModels",
            Map.ofEntries(
                    Map.entry("modelMetaData.name", TEXT),
                    Map.entry("modelMetaData.description", TEXT),
                    Map.entry("modelMetaData.type", TEXT),
                    Map.entry("modelMetaData.modelStage", TEXT),
                    Map.entry("modelMetaData.modelCategory", TEXT),
                    Map.entry("modelMetaData.modelMethodology", TEXT),
                    Map.entry("modelMetaData.modelRisk", TEXT),
                    Map.entry("modelMetaData.modelOrganization", TEXT),
                    Map.entry("modelMetaData.modelUseCategory", TEXT),
                    Map.entry("modelMetaData.enableInputSchemaChecking", FLAG),
                    Map.entry("modelMetaData.enableOutputSchemaChecking", FLAG)),
            List.of());

    public static final List<CollectionDescriptor> ALL = List.of(STORED_MODELS);

    private ModelCollections() {}
}
