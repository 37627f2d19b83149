package io.modelgate.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.modelgate.access.Requirement;
import io.modelgate.identity.People;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RouteConfigTest {

    @Test
    void a_route_has_safe_defaults() {
        var route = Yaml.route("path: /a/*\nupstream: reporting");
        assertThat(route)
                .isEqualTo(new Route(
                        new RoutePath("/a", true),
                        Optional.empty(),
                        Set.of(),
                        Requirement.authenticated(),
                        new Route.Target.Upstream("reporting"),
                        false,
                        false,
                        false,
                        Route.Identity.ASSERTION,
                        Set.of(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void every_key_is_read() {
        var route = Yaml.route("""
                path: /a/*
                host: notebooks.example
                methods: [GET, POST]
                groups: [team1]
                upstream: notebooks
                strip-prefix: true
                encoded-slash: true
                path-parameters: true
                identity: headers
                issuers: [main]
                cors: {origins: ['https://app.example']}
                """);
        assertThat(route.host()).contains("notebooks.example");
        assertThat(route.methods()).containsExactlyInAnyOrder("GET", "HEAD", "POST");
        assertThat(route.requirement())
                .isEqualTo(new Requirement.Authenticated(People.groups("team1"), Set.of(), Optional.empty()));
        assertThat(route.target()).isEqualTo(new Route.Target.Upstream("notebooks"));
        assertThat(route.stripPrefix()).isTrue();
        assertThat(route.encodedSlash()).isTrue();
        assertThat(route.pathParameters()).isTrue();
        assertThat(route.identity()).isEqualTo(Route.Identity.HEADERS);
        assertThat(route.issuers()).containsExactly("main");
        assertThat(route.cors()).isPresent();
        assertThat(route.id()).isEqualTo("notebooks.example/a/*");
        assertThat(Yaml.route("path: /a\nservice: model").target()).isEqualTo(new Route.Target.Service("model"));
    }

    @Test
    void a_stripped_prefix_leaves_a_path() {
        var route = Yaml.route("path: /a/b/*\nupstream: reporting\nstrip-prefix: true");
        assertThat(route.targetPath("/a/b")).isEqualTo("/");
        assertThat(route.targetPath("/a/b/")).isEqualTo("/");
        assertThat(route.targetPath("/a/b/c%2Fd/")).isEqualTo("/c%2Fd/");
        var all = Yaml.route("path: /*\nupstream: reporting\nstrip-prefix: true");
        assertThat(all.targetPath("/a")).isEqualTo("/a");
        assertThat(all.targetPath("/")).isEqualTo("/");
        assertThat(Yaml.route("path: /a/*\nupstream: reporting").targetPath("/a/b"))
                .isEqualTo("/a/b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "''", "a", "a/*", "'*'", "//", "/a/", "//a", "/a//b", "/a/../b", "/./a", "/a/.", "/a*", "/a/*/b",
                "/*/a", "/a/**", "/a?b", "'/a#b'", "/a;b", "/a%20b", "/%61", "'/a\\b'", "'/a b'", "/ä", "/a/*/"
            })
    void is_no_path(String path) {
        assertThat(Yaml.routeProblems("routes: [{path: " + path + ", upstream: reporting}]"))
                .singleElement()
                .asString()
                .startsWith("line 1: routes[0].path: ");
    }

    static Stream<Arguments> problems() {
        return Stream.of(
                argumentSet(
                        "same path twice",
                        """
                        routes:
                        - {path: /a, upstream: reporting}
                        - {path: /b, upstream: reporting}
                        - {path: /a, upstream: notebooks}
                        """,
                        "line 4: routes[2].path: routes[2] is for the same path, host and method as routes[0]"),
                argumentSet(
                        "same method",
                        """
                        routes:
                        - {path: /a/*, methods: [PUT, GET], upstream: reporting}
                        - {path: /a/*, methods: [DELETE, GET], upstream: notebooks}
                        """,
                        "routes[1].path: routes[1] is for the same path, host and method as routes[0]"),
                argumentSet("every method twice", """
                        routes:
                        - {path: /a/*, host: gateway.example, upstream: reporting}
                        - {path: /a/*, host: gateway.example, upstream: reporting}
                        """, "routes[1].path: routes[1] is for the same"),
                argumentSet("no path", "routes: [{upstream: reporting}]", "routes[0].path: is missing"),
                argumentSet("no target", "routes: [{path: /a}]", "routes[0].upstream: is missing; give exactly one"),
                argumentSet(
                        "two targets",
                        "routes: [{path: /a, upstream: reporting, service: model}]",
                        "routes[0].service: is given beside upstream"),
                argumentSet(
                        "unknown upstream",
                        "routes: [{path: /a, upstream: report}]",
                        "routes[0].upstream: \"report\" is not one of the upstreams; known: notebooks, reporting"),
                argumentSet(
                        "unknown service",
                        "routes: [{path: /a, service: engine}]",
                        "routes[0].service: \"engine\" is not one of the services; known: model"),
                argumentSet(
                        "unknown issuer",
                        "routes: [{path: /a, upstream: reporting, issuers: [main, other]}]",
                        "routes[0].issuers: \"other\" is not one of the issuers; known: main, partners"),
                argumentSet(
                        "host that is not served",
                        "routes: [{path: /a, host: other.example, upstream: reporting}]",
                        "routes[0].host: is no public host, so no request reaches this route"),
                argumentSet(
                        "host in capitals",
                        "routes: [{path: /a, host: Gateway.example, upstream: reporting}]",
                        "routes[0].host: \"Gateway.example\" is not accepted"),
                argumentSet(
                        "path of the gateway's own",
                        "routes: [{path: /auth, upstream: reporting}]",
                        "routes[0].path: is answered by the gateway itself"),
                argumentSet(
                        "nothing to strip",
                        "routes: [{path: /a, upstream: reporting, strip-prefix: true}]",
                        "routes[0].strip-prefix: needs a prefix; write the path as /a/*"),
                argumentSet(
                        "identity of a service",
                        "routes: [{path: /a, service: model, identity: token}]",
                        "routes[0].identity: is always the assertion for a service"),
                argumentSet(
                        "no methods",
                        "routes: [{path: /a, upstream: reporting, methods: []}]",
                        "routes[0].methods: is empty"),
                argumentSet(
                        "method in lower case",
                        "routes: [{path: /a, upstream: reporting, methods: [POST, get]}]",
                        "routes[0].methods[1]: \"get\" is not accepted"),
                argumentSet(
                        "unknown key",
                        "routes: [{path: /a, upstream: reporting, groop: x}]",
                        "routes[0].groop: is not a known key"));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void is_a_problem(String yaml, String expected) {
        assertThat(Yaml.routeProblems(yaml)).singleElement().asString().contains(expected);
    }

    @Test
    void all_problems_are_told_at_once() {
        assertThat(Yaml.routeProblems("""
                        routes:
                        - {path: a, upstream: nowhere, when: 'x =='}
                        - {path: /b, service: model, cors: {}}
                        """))
                .extracting(problem -> problem.replaceFirst("line \\d: ", "").replaceFirst(": .*", ""))
                .containsExactlyInAnyOrder(
                        "routes[0].path", "routes[0].upstream", "routes[0].when", "routes[1].cors.origins");
    }
}
