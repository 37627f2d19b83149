package io.modelgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CelConditionTest {

    private static final RequestFacts FACTS = new RequestFacts("GET", "gateway.example", "/reports/2026");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claims.department == 'risk'",
                "'team1' in claims.groups",
                "claims.groups.exists(g, g.startsWith('team'))",
                "claims.realm_access.roles == ['viewer']",
                "claims.level + 1 == 4",
                "claims.level > 2.5",
                "claims.share < 1",
                "claims.trusted",
                "has(claims.level) && !has(claims.missing) && !has(claims.nothing)",
                "method == 'GET' && host == 'gateway.example' && path.startsWith('/reports/')",
                "claims.gaps.size() == 2 && claims.gaps.exists(x, x == 'a')",
                "path.matches('^/reports/[0-9]{4}$')"
            })
    void holds(String expression) {
        assertThat(holds(expression, claims())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claims.department == 'other'",
                "claims.missing == 'x'",
                "claims.missing != 'x'",
                "!(claims.missing == 'x')",
                "claims.nothing == 'x'",
                "claims.nothing != 'x'",
                "claims.nothing == null",
                "claims.department > 3",
                "claims.department",
                "claims.level",
                "claims.groups",
                "1 / (claims.level - 3) == 1",
                "claims.realm_access.missing.deep == 1",
                "claims.huge + 1 > 0",
                "claims.gaps.all(x, x == 'a')",
                "path.matches('(')"
            })
    void does_not_hold(String expression) {
        assertThat(holds(expression, claims())).isFalse();
    }

    @Test
    void a_comprehension_over_too_many_elements_does_not_hold() {
        var thousand = IntStream.range(0, 1000).boxed().toList();
        var more = IntStream.range(0, 1001).boxed().toList();
        assertThat(holds("claims.list.all(x, x >= 0)", Map.of("list", thousand)))
                .isTrue();
        assertThat(holds("claims.list.all(x, x >= 0)", Map.of("list", more))).isFalse();
        assertThat(holds("claims.list.all(x, claims.list.all(y, y >= 0))", Map.of("list", thousand)))
                .isFalse();
    }

    @Test
    void a_pattern_that_grows_too_large_does_not_hold() {
        assertThat(holds("'aa'.matches('(a{2}){1}')", Map.of())).isTrue();
        assertThat(holds("path.matches('(a{100}){100}') || true == false", Map.of()))
                .isFalse();
        assertThat(holds("'x'.matches(claims.pattern)", Map.of("pattern", "x?".repeat(2000))))
                .isFalse();
    }

    @Test
    void claims_nested_too_deep_do_not_hold() {
        Map<String, Object> nested = Map.of("end", true);
        for (var i = 0; i < 10_000; i++) {
            nested = Map.of("deeper", nested);
        }
        assertThat(holds("method == 'GET'", nested)).isFalse();
    }

    @Test
    void claims_are_not_changed() {
        var claims = Collections.unmodifiableMap(claims());
        assertThat(holds("claims.level == 3", claims)).isTrue();
        assertThat(claims).isEqualTo(claims());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claims.level ==",
                "claims",
                "'text'",
                "3",
                "env.HOME == 'x'",
                "java.lang.System.exit(0) == null",
                "headers['x'] == 'y'",
                "principal.username == 'alice'",
                "method == 3"
            })
    void is_no_condition(String expression) {
        assertThatThrownBy(() -> CelCondition.compile(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("1:\\d+: (?s).+");
    }

    @Test
    void an_expression_over_its_limits_is_no_condition() {
        assertThatThrownBy(() -> CelCondition.compile("(".repeat(40) + "true" + ")".repeat(40)))
                .hasMessageContaining("recursion limit");
        assertThatThrownBy(() -> CelCondition.compile("method == '" + "a".repeat(4096) + "'"))
                .hasMessageContaining("size exceeds limit");
        assertThatThrownBy(() -> CelCondition.compile("method in [" + "'a',".repeat(600) + "'a']"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static boolean holds(String expression, Map<String, Object> claims) {
        return CelCondition.compile(expression).holds(claims, FACTS);
    }

    private static Map<String, Object> claims() {
        var claims = new HashMap<String, Object>();
        claims.put("department", "risk");
        claims.put("groups", new ArrayList<>(List.of("team1", "team2")));
        claims.put("realm_access", Map.of("roles", List.of("viewer")));
        claims.put("level", 3);
        claims.put("share", 0.5f);
        claims.put("trusted", true);
        claims.put("nothing", null);
        claims.put("gaps", Arrays.asList("a", null));
        claims.put("huge", BigInteger.TEN.pow(30));
        return claims;
    }
}
