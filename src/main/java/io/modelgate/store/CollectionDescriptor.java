package io.modelgate.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the store and the generic resource must know of a collection.
 *
 * @param name the collection in the database, in the path and in {@code _embedded}: {@code storedModels}
 * @param fields what may be searched and sorted by, dotted where nested; every collection's common fields included
 * @param uniqueWithinGroup lists of fields whose values together occur once in a group; the store puts the group
 *     first, so nobody learns from a conflict what another group has
 */
public record CollectionDescriptor(String name, Map<String, FieldType> fields, List<List<String>> uniqueWithinGroup) {

    private static final Map<String, FieldType> COMMON = Map.of(
            "id", FieldType.TEXT,
            "group", FieldType.TEXT,
            "version", FieldType.INTEGER,
            "createdDate", FieldType.INSTANT,
            "lastModifiedDate", FieldType.INSTANT,
            "createdBy", FieldType.TEXT,
            "lastModifiedBy", FieldType.TEXT);

    public CollectionDescriptor {
        var all = new LinkedHashMap<>(COMMON);
        all.putAll(fields);
        fields = Map.copyOf(all);
        uniqueWithinGroup = uniqueWithinGroup.stream().map(List::copyOf).toList();
    }

    Optional<FieldType> field(String property) {
        return Optional.ofNullable(fields.get(property));
    }
}
