package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Caller;
import io.modelgate.identity.People;
import io.modelgate.identity.Principal;
import io.vertx.core.MultiMap;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class IdentityHeadersTest {

    @Test
    void every_part_of_a_principal_is_a_JSON_value() {
        var alice = new Principal(
                "https://idp.example",
                "7f",
                "alice",
                "u1",
                "Alice",
                "Ünal",
                "alice@example.com",
                "go-cli",
                People.groups("team2", "team1"),
                People.authorities("GROUP_team1", "SCOPE_x"),
                Instant.EPOCH,
                Map.of());
        var headers = headers(alice);
        assertThat(headers.get("X-Modelgate-User")).isEqualTo("\"alice\"");
        assertThat(headers.get("X-Modelgate-User-Id")).isEqualTo("\"u1\"");
        assertThat(headers.get("X-Modelgate-Email")).isEqualTo("\"alice@example.com\"");
        assertThat(headers.get("X-Modelgate-Name")).isEqualTo("\"Alice \\u00dcnal\"");
        assertThat(headers.get("X-Modelgate-Groups")).isEqualTo("[\"team1\",\"team2\"]");
        assertThat(headers.get("X-Modelgate-Authorities")).isEqualTo("[\"GROUP_team1\",\"SCOPE_x\"]");
        assertThat(headers.get("X-Modelgate-Issuer")).isEqualTo("\"https://idp.example\"");
        assertThat(headers.get("X-Modelgate-Subject")).isEqualTo("\"7f\"");
        assertThat(headers.size()).isEqualTo(8);
    }

    @Test
    @Tag("CVE-2026-30851")
    void what_a_principal_lacks_is_removed_even_if_somebody_else_set_it() {
        var headers = MultiMap.caseInsensitiveMultiMap()
                .add("x-modelgate-email", "\"forged@example.com\"")
                .add("X-Modelgate-User", "\"root\"")
                .add("X-Modelgate-User", "\"root2\"")
                .add("X-Modelgate-Groups", "[\"admins\"]");
        IdentityHeaders.of(new Caller.Known(People.alice())).accept(headers);
        assertThat(headers.contains("X-Modelgate-Email")).isFalse();
        assertThat(headers.getAll("X-Modelgate-User")).containsExactly("\"alice\"");
        assertThat(headers.getAll("X-Modelgate-Groups")).containsExactly("[]");
    }

    @Test
    void every_character_arrives_as_it_was_in_printable_ASCII() {
        for (var from = 0; from < 0x10000; from += 0x80) {
            var text = IntStream.range(from, from + 0x80)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            var value = headers(People.principal(text, Set.of(), Set.of(), Map.of()))
                    .get("X-Modelgate-User");
            assertThat(value).matches("\"[\\x20-\\x7e]*\"");
            assertThat(Json.decodeValue(value)).isEqualTo(text);
        }
        assertThat(headers(People.principal("😀", Set.of(), Set.of(), Map.of())).get("X-Modelgate-User"))
                .isEqualTo("\"\\ud83d\\ude00\"");
    }

    @Test
    void a_separator_in_a_group_does_not_make_two_of_it() {
        var value = headers(People.alice("a,b", "c\",\"admins")).get("X-Modelgate-Groups");
        assertThat(new JsonArray(value)).containsExactly("a,b", "c\",\"admins");
    }

    @Test
    void a_principal_with_too_many_groups_is_refused_rather_than_cut() {
        var headers = MultiMap.caseInsensitiveMultiMap();
        var many = IntStream.range(0, 500).mapToObj(i -> "department-" + i).toArray(String[]::new);
        assertThatThrownBy(() -> IdentityHeaders.of(new Caller.Known(People.alice(many))))
                .isInstanceOfSatisfying(GatewayException.class, refused -> {
                    assertThat(refused.problem().type()).isEqualTo(ProblemType.HEADERS_TOO_LARGE);
                    assertThat(refused.problem().detail())
                            .contains("allows 4096")
                            .doesNotContain("department");
                });
        assertThat(headers.isEmpty()).isTrue();
    }

    @Test
    void four_KiB_of_names_and_values_is_the_limit() {
        var used = headers(People.principal("", Set.of(), Set.of(), Map.of())).entries().stream()
                .mapToInt(header -> header.getKey().length() + header.getValue().length())
                .sum();
        // The username also stands in the subject of these principals.
        var rest = IdentityHeaders.MAX_BYTES - used;
        var fits = People.principal("a".repeat(rest / 2), Set.of(), Set.of(), Map.of());
        var tooLong = People.principal("a".repeat(rest / 2 + 1), Set.of(), Set.of(), Map.of());
        assertThat(headers(fits).contains("X-Modelgate-User")).isTrue();
        assertThatThrownBy(() -> headers(tooLong)).isInstanceOf(GatewayException.class);
    }

    @Test
    void two_equal_principals_and_one_that_differs_get_their_own() {
        var alice = new Caller.Known(People.alice("team1"));
        assertThat(IdentityHeaders.of(alice)).isSameAs(IdentityHeaders.of(alice));
        assertThat(headers(People.alice("team1")).get("X-Modelgate-Groups")).isEqualTo("[\"team1\"]");
        assertThat(headers(People.alice("team2")).get("X-Modelgate-Groups")).isEqualTo("[\"team2\"]");
    }

    private MultiMap headers(Principal principal) {
        var headers = MultiMap.caseInsensitiveMultiMap();
        IdentityHeaders.of(new Caller.Known(principal)).accept(headers);
        return headers;
    }
}
