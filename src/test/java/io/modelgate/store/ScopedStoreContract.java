package io.modelgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.modelgate.config.Secret;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Group;
import io.modelgate.testkit.MovableClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every database has to do for us. Each subclass brings one; each test works in a collection of its own. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
abstract class ScopedStoreContract {

    private static final MovableClock CLOCK = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));

    private static final GroupScope TEAM1 = GroupScope.of(Set.of(new Group("team1"), Group.ALL));
    private static final GroupScope TEAM2 = GroupScope.of(Set.of(new Group("team2"), Group.ALL));
    private static final Page FIRST = new Page(0, Page.MAX_SIZE);

    private final CollectionDescriptor models = new CollectionDescriptor(
            "models" + System.nanoTime(),
            Map.of(
                    "meta.name", FieldType.TEXT,
                    "meta.size", FieldType.INTEGER,
                    "meta.live", FieldType.FLAG,
                    "meta.seen", FieldType.INSTANT),
            List.of(List.of("meta.name")));
    private final Vertx vertx = Vertx.vertx();
    private Storage storage;
    private ScopedStore store;

    /** Where a MongoDB server, or what passes for one, listens. */
    abstract String connectionString();

    @BeforeEach
    void open() throws TimeoutException {
        var config = new StorageConfig(
                StorageConfig.Kind.MONGODB,
                Optional.of(new Secret(connectionString())),
                "modelgate",
                Optional.empty(),
                Duration.ofSeconds(10));
        storage = await(Storage.open(vertx, config, List.of(models), CLOCK));
        store = storage.scoped();
    }

    @AfterEach
    void close() throws TimeoutException {
        await(storage.close());
        await(vertx.close());
    }

    @Test
    void two_teams_see_disjoint_lists_and_the_shared_entities() throws Exception {
        insert("team1", "a", 1);
        insert("team2", "b", 2);
        insert("ALL", "c", 3);

        assertThat(names(TEAM1, Sort.byId())).containsExactlyInAnyOrder("a", "c");
        assertThat(names(TEAM2, Sort.byId())).containsExactlyInAnyOrder("b", "c");
        assertThat(names(GroupScope.all(), Sort.byId())).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(await(store.count(TEAM1, models, Filter.none()))).isEqualTo(2);
    }

    @Test
    void an_id_of_another_group_reads_like_one_that_does_not_exist() throws Exception {
        var id = await(store.insert(TEAM1, models, document("team1", "a", 1), "alice"))
                .getString("id");

        assertThat(await(store.get(TEAM1, models, id))).isPresent();
        assertThat(await(store.get(GroupScope.all(), models, id))).isPresent();
        assertThat(await(store.get(TEAM2, models, id))).isEmpty();
        assertThat(await(store.get(TEAM2, models, "no-such-id"))).isEmpty();
    }

    @Test
    void an_entity_without_a_group_is_nobodys() throws Exception {
        assertThat(refusal(store.insert(GroupScope.all(), models, new JsonObject(), "admin"))
                        .problem()
                        .type())
                .isEqualTo(ProblemType.BAD_REQUEST);
    }

    @Test
    void the_store_gives_id_version_and_dates_whatever_the_document_says() throws Exception {
        var document = new JsonObject()
                .put("id", "mine")
                .put("version", 99)
                .put("createdBy", "me")
                .put("group", "team1")
                .put("meta", new JsonObject().put("name", "a"));

        var stored = await(store.insert(TEAM1, models, document, "alice"));

        assertThat(stored.getString("id")).isNotEqualTo("mine");
        assertThat(stored.getLong("version")).isEqualTo(1);
        assertThat(stored.getString("createdDate")).isEqualTo("2026-03-01T12:00:00.000Z");
        assertThat(stored.getString("createdBy")).isEqualTo("alice");
        assertThat(stored.containsKey("_id")).isFalse();
        assertThat(await(store.get(TEAM1, models, stored.getString("id")))).contains(stored);
    }

    @ParameterizedTest
    @ValueSource(strings = {"team2", "no-such-team", "ALL"})
    void a_document_can_only_be_given_to_a_group_of_the_scope(String group) {
        var refusal = refusal(store.insert(TEAM1, models, document(group, "a", 1), "alice"));

        assertThat(refusal.problem().type()).isEqualTo(ProblemType.FORBIDDEN);
        assertThat(refusal.problem().detail()).doesNotContain(group);
    }

    @ParameterizedTest
    @CsvSource({
        "7, meta.name, false",
        "7, meta.name, true",
        "1, meta.size, true",
        "10, createdDate, false",
        "3, group, true",
        "500, id, true",
        "4, '', false"
    })
    void pages_put_together_are_the_filtered_set(int size, String property, boolean descending) throws Exception {
        for (var index : IntStream.range(0, 30).toArray()) {
            insert(index % 2 == 0 ? "team1" : "team2", "m" + index, index % 5);
        }
        var sort = property.isEmpty() ? Sort.byId() : new Sort(List.of(new Sort.Order(property, descending)));
        var seen = new ArrayList<String>();
        for (var number = 0; number * size < 30; number++) {
            await(store.find(TEAM1, models, Filter.none(), sort, new Page(number, size)))
                    .forEach(entity -> seen.add(nameOf(entity)));
        }

        assertThat(seen).doesNotHaveDuplicates().hasSize(15).isEqualTo(names(TEAM1, sort));
    }

    @Test
    void orders_count_from_first_to_last() throws Exception {
        insert("team1", "a", 1);
        insert("team1", "b", 2);
        insert("team1", "c", 1);
        var bySizeThenName = new Sort(List.of(new Sort.Order("meta.size", true), new Sort.Order("meta.name", true)));

        assertThat(names(TEAM1, bySizeThenName)).containsExactly("b", "c", "a");
    }

    @Test
    void filters_compare_with_the_declared_type() throws Exception {
        insert("team1", "a", 1);
        insert("team1", "b", 2);
        insert("team2", "c", 2);

        assertThat(namesWhere(Filter.none().equal("meta.size", "2"))).containsExactly("b");
        assertThat(namesWhere(Filter.none().equal("meta.live", "true"))).containsExactlyInAnyOrder("a", "b");
        assertThat(namesWhere(Filter.none().equal("meta.seen", "2026-01-01T00:00:00Z")))
                .containsExactlyInAnyOrder("a", "b");
        assertThat(namesWhere(Filter.none().equal("meta.name", "a").equal("meta.name", "b")))
                .isEmpty();
        assertThat(await(store.count(TEAM1, models, Filter.none().equal("meta.size", "2"))))
                .isEqualTo(1);
    }

    @Test
    void a_filter_on_the_group_narrows_the_scope_and_never_widens_it() throws Exception {
        insert("team1", "a", 1);
        insert("team2", "b", 2);

        assertThat(namesWhere(Filter.none().equal("group", "team2"))).isEmpty();
        assertThat(namesWhere(Filter.none().equal("group", "team1"))).containsExactly("a");
    }

    @ParameterizedTest
    @CsvSource({
        "meta.size, '{\"$gt\":0}'",
        "meta.size, 1.5",
        "meta.live, yes",
        "meta.seen, yesterday",
        "meta.secret, x",
        "$where, sleep(1000)",
        "meta.name[$ne], x",
        "meta, x",
        "_id, x"
    })
    void a_filter_that_is_no_declared_field_with_a_value_of_its_type_is_refused(String field, String value) {
        assertThat(refusal(store.find(TEAM1, models, Filter.none().equal(field, value), Sort.byId(), FIRST))
                        .problem()
                        .type())
                .isEqualTo(ProblemType.BAD_REQUEST);
        assertThat(refusal(store.count(TEAM1, models, Filter.none().equal(field, value)))
                        .problem()
                        .type())
                .isEqualTo(ProblemType.BAD_REQUEST);
    }

    @Test
    void text_that_looks_like_an_operator_is_only_text() throws Exception {
        insert("team1", "{\"$ne\":null}", 1);
        insert("team1", "b", 2);

        assertThat(namesWhere(Filter.none().equal("meta.name", "{\"$ne\":null}")))
                .containsExactly("{\"$ne\":null}");
    }

    @Test
    void search_text_means_only_itself() throws Exception {
        insert("team1", "Price (v1.0) [EU]\\E.*", 1);
        insert("team1", "price xv1y0z", 2);

        assertThat(namesWhere(Filter.none().containing("meta.name", "(V1.0)"))).hasSize(1);
        assertThat(namesWhere(Filter.none().containing("meta.name", "\\e.*"))).hasSize(1);
        assertThat(namesWhere(Filter.none().containing("meta.name", "PRICE"))).hasSize(2);
        assertThat(namesWhere(Filter.none().containing("meta.name", ".*"))).hasSize(1);
        assertThat(namesWhere(Filter.none().containing("meta.name", "^price"))).isEmpty();
        assertThat(refusal(store.count(TEAM1, models, Filter.none().containing("meta.size", "1")))
                        .problem()
                        .type())
                .isEqualTo(ProblemType.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"meta.secret", "$natural", "meta", "_id", ""})
    void sorting_by_anything_not_declared_is_refused(String property) {
        var sort = new Sort(List.of(new Sort.Order(property, false)));

        assertThat(refusal(store.find(TEAM1, models, Filter.none(), sort, FIRST))
                        .problem()
                        .type())
                .isEqualTo(ProblemType.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$set", "$", "a.b", ".", "a\0b"})
    void a_key_that_could_be_more_than_a_name_is_refused_at_any_depth(String key) {
        var bad = new JsonObject().put(key, 1);
        var nested = document("team1", "a", 1).put("deep", new JsonArray().add(new JsonArray().add(bad)));

        for (var refused : List.of(document("team1", "a", 1).mergeIn(bad), nested)) {
            assertThat(refusal(store.insert(TEAM1, models, refused, "alice"))
                            .problem()
                            .type())
                    .isEqualTo(ProblemType.BAD_REQUEST);
        }
    }

    @Test
    void what_is_unique_is_unique_within_a_group() throws Exception {
        insert("team1", "a", 1);
        insert("team2", "a", 1);

        var refusal = refusal(store.insert(TEAM1, models, document("team1", "a", 1), "alice"));

        assertThat(refusal.problem().type()).isEqualTo(ProblemType.CONFLICT);
        assertThat(refusal.problem().toString()).doesNotContain("team").doesNotContain(models.name());
        assertThat(refusal.getCause()).isNull();
    }

    private void insert(String group, String name, int size) throws TimeoutException {
        var stored = await(store.insert(GroupScope.all(), models, document(group, name, size), "admin"));
        assertThat(stored.getString("group")).isEqualTo(group);
    }

    private static JsonObject document(String group, String name, int size) {
        var meta = new JsonObject()
                .put("name", name)
                .put("size", size)
                .put("live", true)
                .put("seen", "2026-01-01T00:00:00.000Z");
        return new JsonObject().put("group", group).put("meta", meta);
    }

    private List<String> names(GroupScope scope, Sort sort) throws TimeoutException {
        return await(store.find(scope, models, Filter.none(), sort, FIRST)).stream()
                .map(ScopedStoreContract::nameOf)
                .toList();
    }

    private List<String> namesWhere(Filter filter) throws TimeoutException {
        return await(store.find(TEAM1, models, filter, Sort.byId(), FIRST)).stream()
                .map(ScopedStoreContract::nameOf)
                .toList();
    }

    private static String nameOf(JsonObject entity) {
        return entity.getJsonObject("meta").getString("name");
    }

    private static GatewayException refusal(Future<?> future) {
        return catchThrowableOfType(GatewayException.class, () -> await(future));
    }

    static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(20, TimeUnit.SECONDS);
    }
}
