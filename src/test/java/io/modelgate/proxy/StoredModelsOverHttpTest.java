package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.model.ModelCollections;
import io.modelgate.store.GroupScope;
import io.modelgate.testkit.Scene;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A collection behind the event bus, as callers of different groups see it over HTTP. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StoredModelsOverHttpTest {

    private static final String MODELS = "/api/storedModels";

    private static final List<String> ofTeam1 = new ArrayList<>();
    private static final List<String> ofTeam2 = new ArrayList<>();
    private static final List<String> shared = new ArrayList<>();

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("", "roles: [gateway, model]\nroutes: [{path: /app/*, upstream: app}]\n");
        for (var name : List.of("one", "two", "three")) {
            ofTeam1.add(save("team1", name));
        }
        ofTeam2.add(save("team2", "four"));
        shared.add(save("ALL", "five"));
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void each_group_sees_its_own_and_what_is_shared() throws Exception {
        assertThat(ids(list("alice", "team1"))).containsExactlyInAnyOrderElementsOf(and(ofTeam1, shared));
        assertThat(ids(list("bob", "team2"))).containsExactlyInAnyOrderElementsOf(and(ofTeam2, shared));
        assertThat(ids(list("root", "admins"))).containsExactlyInAnyOrderElementsOf(and(and(ofTeam1, ofTeam2), shared));
    }

    @Test
    void a_caller_without_groups_sees_what_is_shared_at_most() throws Exception {
        var token = scene.provider().token("nobody", Map.of("preferred_username", "nobody"));
        var answer = scene.get(MODELS, "Authorization", "Bearer " + token);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(shared).containsAll(ids(answer));
        assertThat(scene.get(MODELS + "/" + ofTeam1.get(0), "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void the_reserved_group_of_a_token_opens_nothing() throws Exception {
        assertThat(ids(scene.getAs("mallory", "ALL", MODELS))).doesNotContainAnyElementsOf(and(ofTeam1, ofTeam2));
    }

    @Test
    void a_list_is_for_known_callers() throws Exception {
        assertThat(scene.get(MODELS).statusCode()).isEqualTo(401);
        assertThat(scene.get(MODELS + "/" + ofTeam1.get(0)).statusCode()).isEqualTo(401);
    }

    @Test
    void the_id_of_another_group_answers_like_an_unknown_one() throws Exception {
        var foreign = scene.getAs("bob", "team2", MODELS + "/" + ofTeam1.get(0));
        var unknown = scene.getAs("bob", "team2", MODELS + "/00000000-0000-0000-0000-000000000000");
        assertThat(foreign.statusCode()).isEqualTo(404).isEqualTo(unknown.statusCode());
        assertThat(withoutId(foreign, foreign.body())).isEqualTo(withoutId(unknown, unknown.body()));
        assertThat(withoutId(foreign, foreign.headers().map().toString()))
                .isEqualTo(withoutId(unknown, unknown.headers().map().toString()));
    }

    @Test
    void an_entity_is_hal_with_an_entity_tag() throws Exception {
        var answer = scene.getAs("alice", "team1", MODELS + "/" + ofTeam1.get(0));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/hal+json");
        assertThat(answer.headers().firstValue("ETag")).hasValue("\"1\"");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("private, no-cache");
        var body = new JsonObject(answer.body());
        assertThat(body.getString("group")).isEqualTo("team1");
        assertThat(body.getJsonObject("_links").getJsonObject("self").getString("href"))
                .isEqualTo(MODELS + "/" + ofTeam1.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "W/\"1\"", "\"0\", \"1\"", "*", "W/\"x\",\"1\""})
    void a_client_that_has_the_entity_is_told_so(String ifNoneMatch) throws Exception {
        var answer = scene.getAs("alice", "team1", MODELS + "/" + ofTeam1.get(0), "If-None-Match", ifNoneMatch);
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(answer.body()).isEmpty();
        // RFC 9110 §15.4.5: what a 200 would have said of these.
        assertThat(answer.headers().firstValue("ETag")).hasValue("\"1\"");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("private, no-cache");
        assertThat(answer.headers().firstValue("Vary")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"2\"", "1", "\"11\"", "", "W/1"})
    void a_client_that_has_another_version_gets_this_one(String ifNoneMatch) throws Exception {
        var answer = scene.getAs("alice", "team1", MODELS + "/" + ofTeam1.get(0), "If-None-Match", ifNoneMatch);
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void knowing_a_tag_does_not_tell_whether_a_foreign_entity_exists() throws Exception {
        assertThat(scene.getAs("bob", "team2", MODELS + "/" + ofTeam1.get(0), "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void head_is_get_without_the_body() throws Exception {
        var bearer = scene.bearer("alice", "team1");
        var head = scene.send("HEAD", MODELS + "/" + ofTeam1.get(0), "Authorization", bearer);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("ETag")).hasValue("\"1\"");
        assertThat(scene.send("HEAD", MODELS, "Authorization", bearer).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "page=-1",
                "page=x",
                "page=0&page=1",
                "size=0",
                "size=100000",
                "sort=nothing",
                "sort=group,sideways",
                "unknown=1",
                "$where=1",
                "group[$ne]=team1",
                "page=%zz",
                "a=%"
            })
    void a_query_that_makes_no_sense_is_refused(String query) throws Exception {
        try (var http = scene.connect()) {
            var answer = http.send(scene.head(
                            "GET " + MODELS + "?" + query, "Authorization: " + scene.bearer("alice", "team1")))
                    .read();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
        }
    }

    @Test
    void a_page_follows_the_one_before() throws Exception {
        var first = scene.getAs("alice", "team1", MODELS + "?size=3&sort=modelMetaData.name");
        var second = scene.getAs("alice", "team1", MODELS + "?size=3&page=1&sort=modelMetaData.name");
        assertThat(ids(first)).hasSize(3);
        assertThat(ids(second)).hasSize(1);
        assertThat(and(ids(first), ids(second))).containsExactlyInAnyOrderElementsOf(and(ofTeam1, shared));
        assertThat(new JsonObject(first.body())
                        .getJsonObject("_links")
                        .getJsonObject("next")
                        .getString("href"))
                .startsWith(MODELS + "?page=1&size=3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void the_collection_can_only_be_read(String method) throws Exception {
        var answer = scene.send(method, MODELS, "Authorization", scene.bearer("root", "admins"));
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
        assertThat(scene.send(method, MODELS).statusCode()).isEqualTo(401);
    }

    private static String save(String group, String name) throws Exception {
        var document = new JsonObject().put("group", group).put("modelMetaData", new JsonObject().put("name", name));
        return scene.gateway()
                .gateway()
                .storage()
                .orElseThrow()
                .scoped()
                .insert(GroupScope.all(), ModelCollections.ALL.iterator().next(), document, "seed")
                .await(20, TimeUnit.SECONDS)
                .getString("id");
    }

    private static HttpResponse<String> list(String user, String group) throws Exception {
        return scene.getAs(user, group, MODELS);
    }

    private static List<String> ids(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        return new JsonObject(answer.body())
                .getJsonObject("_embedded").getJsonArray("storedModels").stream()
                        .map(entity -> ((JsonObject) entity).getString("id"))
                        .toList();
    }

    private static List<String> and(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private static String withoutId(HttpResponse<String> answer, String text) {
        return text.replace(answer.headers().firstValue("X-Request-Id").orElseThrow(), "ID");
    }
}
