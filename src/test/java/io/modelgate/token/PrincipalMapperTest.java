package io.modelgate.token;

import static io.modelgate.token.TokenKit.ISSUER;
import static io.modelgate.token.TokenKit.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.config.ConfigFile;
import io.modelgate.identity.Authority;
import io.modelgate.identity.Group;
import io.modelgate.identity.Principal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What claims can make of a caller, and what they never can. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PrincipalMapperTest {

    @Test
    void the_usual_claims_fill_the_principal() {
        var principal = map(
                "",
                new JsonObject()
                        .put("sub", "4711")
                        .put("preferred_username", "alice")
                        .put("given_name", "Alice")
                        .put("family_name", "Example")
                        .put("email", "alice@example.org")
                        .put("azp", "go-cli")
                        .put("groups", new JsonArray().add("team1")));

        assertThat(principal.issuer()).isEqualTo(ISSUER);
        assertThat(principal.subject()).isEqualTo("4711");
        assertThat(principal.username()).isEqualTo("alice");
        assertThat(principal.firstName()).isEqualTo("Alice");
        assertThat(principal.lastName()).isEqualTo("Example");
        assertThat(principal.email()).isEqualTo("alice@example.org");
        assertThat(principal.clientId()).isEqualTo("go-cli");
        assertThat(principal.groups()).containsExactly(new Group("team1"));
        assertThat(names(principal)).containsExactly("GROUP_team1");
    }

    @Test
    void the_first_candidate_present_wins_even_when_it_is_empty() {
        var mapping = "groups:\n  claims: [groups, memberOf, realm_access.roles]";

        assertThat(groups(mapping, base().put("memberOf", list("b")).put("groups", new JsonArray())))
                .isEmpty();
        assertThat(groups(mapping, base().put("memberOf", list("b")).putNull("groups")))
                .containsExactly("b");
        assertThat(groups(mapping, base().put("realm_access", new JsonObject().put("roles", list("c")))))
                .containsExactly("c");
    }

    @Test
    void a_claim_whose_name_holds_dots_is_found_before_a_nested_one() {
        var mapping = "groups:\n  claims: ['https://example.org/groups']";

        assertThat(groups(mapping, base().put("https://example.org/groups", list("team1"))))
                .containsExactly("team1");
    }

    static Stream<Arguments> groupShapes() {
        return Stream.of(
                Arguments.of("list", list("team1", "team2"), new String[] {"team1", "team2"}),
                Arguments.of("text", "team1", new String[] {"team1"}),
                Arguments.of("text is not split", "team1,team2 team3", new String[] {"team1,team2 team3"}),
                Arguments.of("object", new JsonObject().put("team1", true), new String[] {}),
                Arguments.of("nested list", new JsonArray().add(list("team1")).add("team2"), new String[] {"team2"}),
                Arguments.of("numbers", new JsonArray().add(1).add(true), new String[] {}),
                Arguments.of("number", 7, new String[] {}),
                Arguments.of("blank", list("", " ", "\t"), new String[] {}),
                Arguments.of("halves of surrogate pairs", list("a\ud800", "a\udc00b", "\ud83d\ude00"), new String[] {
                    "\ud83d\ude00"
                }),
                Arguments.of("control characters", list("a\nb", "a\u0000", "team1"), new String[] {"team1"}),
                Arguments.of("too long", list("g".repeat(257), "team1"), new String[] {"team1"}),
                Arguments.of("reserved", list("ALL", "team1"), new String[] {"team1"}),
                Arguments.of("reserved in other case is another group", list("all"), new String[] {"all"}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("groupShapes")
    void groups_come_from_texts_only(String name, Object claim, String[] expected) {
        assertThat(groups("", base().put("groups", claim))).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ROLE_ADMIN", "ROLE_SYSTEM", "GROUP_team2", "SCOPE_admin", "team1,ROLE_ADMIN", "a ROLE_ADMIN"})
    void no_group_name_becomes_another_authority(String name) {
        assertThat(names(map("", base().put("groups", list(name))))).containsExactly("GROUP_" + name);
    }

    @Test
    void the_reserved_group_does_not_come_back_through_a_slash_or_a_prefix() {
        assertThat(groups("groups:\n  strip-slash: true", base().put("groups", list("/ALL", "/team1"))))
                .containsExactly("team1");
        assertThat(groups("groups:\n  prefix: A", base().put("groups", list("LL", "team1"))))
                .containsExactly("Ateam1");
    }

    @Test
    void one_leading_slash_is_cut_on_request() {
        assertThat(groups("groups:\n  strip-slash: true", base().put("groups", list("/a/b", "//c", "d"))))
                .containsExactlyInAnyOrder("a/b", "/c", "d");
        assertThat(groups("", base().put("groups", list("/a")))).containsExactly("/a");
    }

    @Test
    void only_groups_of_an_allowed_form_count() {
        assertThat(groups(
                        "groups:\n  allow: [team-*, ops]",
                        base().put("groups", list("team-1", "ops", "ops2", "xteam-1"))))
                .containsExactlyInAnyOrder("team-1", "ops");
    }

    @Test
    void more_groups_than_the_bound_are_left_out() {
        var many =
                new JsonArray(IntStream.range(0, 5_000).mapToObj(i -> "g" + i).toList());

        assertThat(groups("", base().put("groups", many))).hasSize(PrincipalMapper.MAX_GROUPS);
    }

    @Test
    void nobody_is_an_administrator_by_default() {
        var claims = base().put("groups", list("admin", "ADMIN", "modelgate-admins", "administrators"))
                .put("roles", list("admin"))
                .put("scope", "admin ROLE_ADMIN");

        assertThat(map("", claims).isAdmin()).isFalse();
    }

    @Test
    void an_administrator_is_made_by_a_configured_group_or_claim() {
        assertThat(map("admins:\n  groups: [ops]", base().put("groups", list("ops")))
                        .isAdmin())
                .isTrue();
        assertThat(map("admins:\n  groups: [ops]", base().put("groups", list("ops2")))
                        .isAdmin())
                .isFalse();
        var byClaim = "admins:\n  claims: ['realm_access.roles=boss']";
        assertThat(map(byClaim, base().put("realm_access", new JsonObject().put("roles", list("boss"))))
                        .isAdmin())
                .isTrue();
        assertThat(map(byClaim, base().put("realm_access", new JsonObject().put("roles", list("bossy"))))
                        .isAdmin())
                .isFalse();
        assertThat(map(byClaim, base().put("realm_access", list("boss"))).isAdmin())
                .isFalse();
    }

    static Stream<Arguments> clientOnlyTokens() {
        return Stream.of(
                Arguments.of("RFC 9068", claims("sub", "svc", "client_id", "svc")),
                Arguments.of(
                        "Keycloak", claims("sub", "uuid", "azp", "svc", "preferred_username", "service-account-svc")),
                Arguments.of("UAA", claims("sub", "svc", "cid", "svc", "grant_type", "client_credentials")),
                Arguments.of("Entra ID", claims("sub", "uuid", "azp", "svc", "idtyp", "app")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("clientOnlyTokens")
    void the_own_token_of_a_listed_client_is_a_system(String name, JsonObject claims) {
        assertThat(map("system-clients: [svc]", claims).has(Authority.SYSTEM)).isTrue();
        assertThat(map("system-clients: [other]", claims).has(Authority.SYSTEM)).isFalse();
        assertThat(map("", claims).has(Authority.SYSTEM)).isFalse();
    }

    static Stream<Arguments> userTokensOfASystemClient() {
        return Stream.of(
                Arguments.of("Keycloak", claims("sub", "uuid", "azp", "svc", "preferred_username", "alice")),
                Arguments.of(
                        "Keycloak, a service account of another client",
                        claims("sub", "uuid", "azp", "svc", "preferred_username", "service-account-svc2")),
                Arguments.of("UAA", claims("sub", "uuid", "cid", "svc", "user_id", "uuid", "user_name", "alice")),
                Arguments.of("UAA, password grant", claims("sub", "svc", "cid", "svc", "grant_type", "password")),
                Arguments.of("Entra ID", claims("sub", "uuid", "azp", "svc", "idtyp", "user")),
                Arguments.of("introspected", claims("sub", "svc", "client_id", "svc", "username", "alice")),
                Arguments.of("a user named like the client", claims("sub", "svc", "azp", "svc", "email", "a@b.c")),
                Arguments.of("no sub", claims("azp", "svc", "username", "alice")),
                Arguments.of("the first client claim counts", claims("sub", "svc", "azp", "x", "client_id", "svc")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("userTokensOfASystemClient")
    void a_users_token_of_a_system_client_is_no_system(String name, JsonObject claims) {
        assertThat(map("system-clients: [svc]", claims).has(Authority.SYSTEM)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a@evil@corp.example", "@b", "a@", "a b@c", "plain", "a@b\r\nX: y"})
    @Tag("CVE-2026-40574")
    void a_malformed_email_is_dropped(String email) {
        assertThat(map("", base().put("email", email)).email()).isNull();
    }

    @Test
    void a_username_that_cannot_be_printed_is_passed_over() {
        var claims = base().put("preferred_username", "a\nb").put("username", "alice");

        assertThat(map("", claims).username()).isEqualTo("alice");
    }

    @Test
    void a_client_without_a_name_of_its_own_is_never_a_user_of_that_name() {
        assertThat(map("", claims("client_id", "svc")).subject()).isEqualTo("client:svc");
    }

    @Test
    void a_user_whose_name_cannot_be_used_is_nobody_and_not_the_client() {
        var mapping = ConfigFile.of("test", "{}", Map.of()).read(ClaimMapping::read);
        var claims = claims("sub", "a\nb", "client_id", "svc").getMap();

        assertThat(new PrincipalMapper(ISSUER, mapping).principal(claims, Set.of(), NOW))
                .isEmpty();
    }

    @Test
    void scopes_are_authorities_of_their_own_kind() {
        var claims = base().put("scope", "openid models:read  \"quoted\" back\\slash")
                .put("scp", list("write", "two words"));

        var scopes = ClaimReader.scopes(StrictJson.object(claims.encode()).orElseThrow());

        assertThat(scopes).containsExactlyInAnyOrder("openid", "models:read", "write", "two", "words");
    }

    private static JsonObject base() {
        return claims("sub", "4711");
    }

    private static JsonObject claims(String... pairs) {
        var claims = new JsonObject();
        for (var i = 0; i < pairs.length; i += 2) {
            claims.put(pairs[i], pairs[i + 1]);
        }
        return claims;
    }

    private static JsonArray list(String... items) {
        return new JsonArray(List.of(items));
    }

    private static Stream<String> names(Principal principal) {
        return principal.authorities().stream().map(Authority::name);
    }

    private static Stream<String> groups(String yaml, JsonObject claims) {
        return map(yaml, claims).groups().stream().map(Group::name);
    }

    private static Principal map(String yaml, JsonObject claims) {
        var mapping =
                ConfigFile.of("test", yaml.isEmpty() ? "{}" : yaml, Map.of()).read(ClaimMapping::read);
        var json = StrictJson.object(claims.encode()).orElseThrow();
        return new PrincipalMapper(ISSUER, mapping)
                .principal(json.getMap(), ClaimReader.scopes(json), NOW)
                .orElseThrow();
    }
}
