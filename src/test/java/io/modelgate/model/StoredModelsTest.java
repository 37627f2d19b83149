package io.modelgate.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.assertion.AssertionKeyRing;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.assertion.AssertionVerifier;
import io.modelgate.bus.BusAddress;
import io.modelgate.bus.BusClient;
import io.modelgate.bus.BusReply;
import io.modelgate.bus.Operation;
import io.modelgate.bus.ScopedRequest;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.http.RequestId;
import io.modelgate.identity.Principal;
import io.modelgate.store.GroupScope;
import io.modelgate.store.Storage;
import io.modelgate.store.StorageConfig;
import io.modelgate.testkit.Principals;
import io.modelgate.token.CryptoProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole way of one read: assertion, bus, verticle, scoped store, HAL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StoredModelsTest {

    private static final String LIST = "/api/storedModels";

    private final Vertx vertx = Vertx.vertx();
    private final InstantSource clock = InstantSource.system();
    private final AssertionKeyRing ring = AssertionKeyRing.generate(CryptoProvider.jdk());
    private final AssertionMinter minter = new AssertionMinter(ring, clock);
    private final BusClient client = new BusClient(vertx.eventBus(), clock, new SimpleMeterRegistry());
    private final Instant later = Instant.now().plusSeconds(3600);
    private final Principal alice = Principals.member(later, "alice", "team1");
    private final Principal bob = Principals.member(later, "bob", "team2");
    private final List<String> idsOfTeam2 = new ArrayList<>();
    private Storage storage;

    @BeforeAll
    void start() throws TimeoutException {
        var config = new StorageConfig(
                StorageConfig.Kind.EMBEDDED, Optional.empty(), "modelgate", Optional.empty(), Duration.ofSeconds(10));
        storage = await(Storage.open(vertx, config, ModelCollections.ALL, clock));
        for (var index : IntStream.range(0, 23).toArray()) {
            save("team1", "model " + index, index % 2 == 0 ? "PYTHON" : "R");
        }
        for (var index : IntStream.range(0, 4).toArray()) {
            save("team2", "other " + index, "PYTHON");
        }
        save("ALL", "shared", "UNKNOWN");
        var deployed = await(
                vertx.deployVerticle(new ModelVerticle(storage.scoped(), new AssertionVerifier(ring, clock), clock)));
        assertThat(deployed).isNotBlank();
    }

    @AfterAll
    void stop() throws TimeoutException {
        await(storage.close());
        await(vertx.close());
    }

    @Test
    void a_list_is_a_hal_page_of_what_the_callers_groups_have() throws Exception {
        var list = list(alice, Map.of());

        assertThat(list.getJsonObject("page"))
                .isEqualTo(new JsonObject("{\"size\":20,\"totalElements\":24,\"totalPages\":2,\"number\":0}"));
        assertThat(entities(list))
                .hasSize(20)
                .allSatisfy(entity -> assertThat(entity.getString("group")).isIn("team1", "ALL"));
        assertThat(list.getJsonObject("_links"))
                .isEqualTo(links(Map.of(
                        "self", LIST + "?page=0&size=20",
                        "first", LIST + "?page=0&size=20",
                        "next", LIST + "?page=1&size=20",
                        "last", LIST + "?page=1&size=20")));
    }

    @Test
    void the_last_page_leads_back_and_not_on_and_keeps_order_and_filter() throws Exception {
        var list = list(
                alice,
                Map.of(
                        "page", List.of("2"),
                        "size", List.of("5"),
                        "sort", List.of("modelMetaData.name,desc", "id"),
                        "modelMetaData.type", List.of("PYTHON")));
        var rest = "&size=5&modelMetaData.type=PYTHON&sort=modelMetaData.name%2Cdesc&sort=id";

        assertThat(entities(list)).hasSize(2);
        assertThat(list.getJsonObject("_links"))
                .isEqualTo(links(Map.of(
                        "self", LIST + "?page=2" + rest,
                        "first", LIST + "?page=0" + rest,
                        "prev", LIST + "?page=1" + rest,
                        "last", LIST + "?page=2" + rest)));
    }

    @Test
    void a_page_past_the_end_is_empty_and_leads_back_to_the_last_one() throws Exception {
        var list = list(bob, Map.of("page", List.of("9")));

        assertThat(entities(list)).isEmpty();
        assertThat(list.getJsonObject("_links").getJsonObject("prev").getString("href"))
                .isEqualTo(LIST + "?page=0&size=20");
    }

    @Test
    void an_empty_list_has_no_pages() throws Exception {
        var list = list(alice, Map.of("modelMetaData.type", List.of("SAS")));

        assertThat(entities(list)).isEmpty();
        assertThat(list.getJsonObject("page").getInteger("totalPages")).isZero();
        assertThat(list.getJsonObject("_links").fieldNames()).containsExactlyInAnyOrder("self", "first", "last");
    }

    @Test
    void pages_put_together_are_the_callers_entities_in_order() throws Exception {
        var seen = new ArrayList<String>();
        for (var page : List.of("0", "1", "2", "3")) {
            entities(list(
                            alice,
                            Map.of(
                                    "page", List.of(page),
                                    "size", List.of("7"),
                                    "sort", List.of("modelMetaData.name"))))
                    .forEach(entity ->
                            seen.add(entity.getJsonObject("modelMetaData").getString("name")));
        }

        assertThat(seen).hasSize(24).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void two_teams_share_only_what_is_shared_and_an_admin_sees_all() throws Exception {
        var everything = Map.of("size", List.of("500"));
        var alices = ids(list(alice, everything));
        var bobs = ids(list(bob, everything));

        assertThat(alices).hasSize(24).doesNotContainAnyElementsOf(idsOfTeam2);
        assertThat(bobs).hasSize(5).containsAll(idsOfTeam2);
        assertThat(ids(list(Principals.admin(later), everything))).hasSize(28);
        assertThat(ids(list(Principals.member(later, "guest"), everything))).hasSize(1);
    }

    @Test
    void an_entity_comes_with_its_version_as_entity_tag() throws Exception {
        var id = idsOfTeam2.get(0);
        var reply = (BusReply.Document) ask(bob, ScopedRequest.get("storedModels", id, soon()));

        assertThat(reply.etag()).isEqualTo("\"1\"");
        assertThat(reply.body().getString("id")).isEqualTo(id);
        assertThat(reply.body().getJsonObject("modelMetaData").getString("name"))
                .isEqualTo("other 0");
        assertThat(reply.body().getJsonObject("_links")).isEqualTo(links(Map.of("self", LIST + "/" + id)));
    }

    @Test
    void an_id_of_another_group_answers_byte_for_byte_like_an_unknown_one() throws Exception {
        var request = new RequestId("same");
        var foreign = problem(ask(alice, ScopedRequest.get("storedModels", idsOfTeam2.get(0), soon())));
        var unknown =
                problem(ask(alice, ScopedRequest.get("storedModels", "00000000-0000-4000-8000-000000000000", soon())));

        assertThat(foreign.type()).isEqualTo(ProblemType.NOT_FOUND);
        assertThat(foreign.toJson(request).encode())
                .isEqualTo(unknown.toJson(request).encode());
        assertThat(foreign.toJson(request).encode()).doesNotContain(idsOfTeam2.get(0));
    }

    @Test
    void an_id_no_entity_can_have_is_an_unknown_one() throws Exception {
        for (var id : List.of("", "x".repeat(5000), "a\0b", "{\"$ne\":null}", "search")) {
            assertThat(problem(ask(alice, ScopedRequest.get("storedModels", id, soon())))
                            .type())
                    .isEqualTo(ProblemType.NOT_FOUND);
        }
    }

    @ParameterizedTest
    @CsvSource({"page, -1", "page, x", "page, 99999999999", "page, 2147483647", "size, 0", "size, 501", "size, ''"})
    void a_page_that_cannot_be_is_refused(String parameter, String value) throws Exception {
        assertBadRequest(Map.of(parameter, List.of(value)), value);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("sort", List.of("modelAssets")),
                Arguments.of("sort", List.of("modelMetaData.name,sideways")),
                Arguments.of("sort", List.of("modelMetaData.name,createdDate,asc")),
                Arguments.of("sort", List.of("$natural")),
                Arguments.of("page", List.of("1", "2")),
                Arguments.of("grop", List.of("team2")),
                Arguments.of("$where", List.of("1")),
                Arguments.of("modelMetaData.name[$ne]", List.of("x")),
                Arguments.of("version", List.of("{\"$gt\":0}")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void a_query_that_is_not_understood_is_refused_and_not_repeated(String parameter, List<String> values)
            throws Exception {
        assertBadRequest(Map.of(parameter, values), values.get(0));
    }

    @Test
    void what_is_not_served_is_refused() throws Exception {
        var create =
                new ScopedRequest(Operation.CREATE, "storedModels", null, Map.of(), new JsonObject(), null, soon());

        assertThat(problem(ask(alice, create)).type()).isEqualTo(ProblemType.METHOD_NOT_ALLOWED);
        assertThat(problem(ask(alice, ScopedRequest.find("system.users", Map.of(), soon())))
                        .type())
                .isEqualTo(ProblemType.NOT_FOUND);
    }

    private void assertBadRequest(Map<String, List<String>> query, String notRepeated) throws TimeoutException {
        var problem = problem(ask(alice, ScopedRequest.find("storedModels", query, soon())));

        assertThat(problem.type()).isEqualTo(ProblemType.BAD_REQUEST);
        if (notRepeated.length() > 3) {
            assertThat(problem.detail()).doesNotContain(notRepeated);
        }
    }

    private void save(String group, String name, String type) throws TimeoutException {
        var metaData = new JsonObject().put("name", name).put("type", type);
        var document = new JsonObject().put("group", group).put("modelMetaData", metaData);
        var stored =
                await(storage.scoped().insert(GroupScope.all(), ModelCollections.STORED_MODELS, document, "admin"));
        if (group.equals("team2")) {
            idsOfTeam2.add(stored.getString("id"));
        }
    }

    private JsonObject list(Principal caller, Map<String, List<String>> query) throws TimeoutException {
        var reply = ask(caller, ScopedRequest.find("storedModels", query, soon()));
        return ((BusReply.Document) reply).body();
    }

    private BusReply ask(Principal caller, ScopedRequest request) throws TimeoutException {
        var assertion = minter.mint(caller, BusAddress.MODEL.address());
        return await(client.request(BusAddress.MODEL, request, assertion, null));
    }

    private Instant soon() {
        return clock.instant().plusSeconds(30);
    }

    private static List<JsonObject> entities(JsonObject list) {
        return list.getJsonObject("_embedded").getJsonArray("storedModels").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private static List<String> ids(JsonObject list) {
        return entities(list).stream().map(entity -> entity.getString("id")).toList();
    }

    private static JsonObject links(Map<String, String> hrefs) {
        var links = new JsonObject();
        hrefs.forEach((name, href) -> links.put(name, new JsonObject().put("href", href)));
        return links;
    }

    private static Problem problem(BusReply reply) {
        return ((BusReply.Refusal) reply).problem();
    }

    private static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(40, TimeUnit.SECONDS);
    }
}
