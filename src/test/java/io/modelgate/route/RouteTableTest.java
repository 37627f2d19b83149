package io.modelgate.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RouteTableTest {

    private static final RouteTable TABLE = new RouteTable(Yaml.routes("""
            routes:
            - {path: /a, upstream: reporting}
            - {path: /a/*, upstream: reporting}
            - {path: /a/b/*, upstream: reporting}
            - {path: /a/b/c, upstream: reporting}
            - {path: /p/*, upstream: reporting}
            - {path: /p/*, host: notebooks.example, upstream: reporting}
            - {path: /p/only/*, host: notebooks.example, upstream: reporting}
            - {path: /m/*, methods: [GET, DELETE], upstream: reporting}
            - {path: /m/*, methods: [POST], upstream: notebooks}
            - {path: /m/wide/*, upstream: reporting}
            - {path: /m/wide/*, methods: [PUT], upstream: notebooks}
            - {path: /q/*, upstream: reporting}
            - {path: /q/get, methods: [GET], upstream: reporting}
            - {path: /, upstream: reporting}
            """));

    static Stream<Arguments> requests() {
        return Stream.of(
                argumentSet("exact", "GET", "/a", "/a"),
                argumentSet("below a prefix", "GET", "/a/x", "/a/*"),
                argumentSet("prefix with slash", "GET", "/a/", "/a/*"),
                argumentSet("prefix bare", "GET", "/p", "/p/*"),
                argumentSet("within a segment", "GET", "/ab", "none"),
                argumentSet("within a deeper segment", "GET", "/a/bc", "/a/*"),
                argumentSet("longest prefix", "GET", "/a/b/x/y", "/a/b/*"),
                argumentSet("longest prefix bare", "GET", "/a/b", "/a/b/*"),
                argumentSet("exact before prefix", "GET", "/a/b/c", "/a/b/c"),
                argumentSet("exact is not below itself", "GET", "/a/b/c/d", "/a/b/*"),
                argumentSet("exact is not itself with a slash", "GET", "/a/b/c/", "/a/b/*"),
                argumentSet("other case", "GET", "/A", "none"),
                argumentSet("other case below", "GET", "/a/B/x", "/a/*"),
                argumentSet("root", "GET", "/", "/"),
                argumentSet("unknown", "GET", "/z/a", "none"),
                argumentSet("no path", "OPTIONS", "*", "none"),
                argumentSet("empty path", "GET", "", "none"),
                argumentSet("with parameter", "GET", "/a;x/b", "none"),
                argumentSet("encoded slash stays in its segment", "GET", "/a%2Fb", "none"),
                argumentSet("listed method", "DELETE", "/m/x", "/m/*"),
                argumentSet("HEAD with GET", "HEAD", "/m/x", "/m/*"),
                argumentSet("method of a second route", "POST", "/m/x", "/m/* notebooks"),
                argumentSet("method of none", "PUT", "/m/x", "405 DELETE, GET, HEAD, POST"),
                argumentSet("method in lower case", "get", "/m/x", "405 DELETE, GET, HEAD, POST"),
                argumentSet("named method before every method", "PUT", "/m/wide/x", "/m/wide/* notebooks"),
                argumentSet("every other method", "PATCH", "/m/wide/x", "/m/wide/*"),
                argumentSet("no fall-through to a shorter path", "POST", "/q/get", "405 GET, HEAD"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void finds(String method, String path, String expected) {
        assertThat(find(TABLE, "gateway.example", method, path)).isEqualTo(expected);
    }

    @Test
    void a_route_of_the_host_comes_before_one_for_every_host() {
        assertThat(find(TABLE, "notebooks.example", "GET", "/p/x")).isEqualTo("notebooks.example/p/*");
        assertThat(find(TABLE, "notebooks.example", "GET", "/p/only/x")).isEqualTo("notebooks.example/p/only/*");
        assertThat(find(TABLE, "gateway.example", "GET", "/p/only/x")).isEqualTo("/p/*");
        assertThat(find(TABLE, "notebooks.example", "GET", "/a/x")).isEqualTo("/a/*");
    }

    @Test
    void a_longer_path_comes_before_the_host() {
        var table = new RouteTable(Yaml.routes("""
                routes:
                - {path: /*, host: notebooks.example, upstream: notebooks, access: public}
                - {path: /admin/*, upstream: reporting, authorities: [ROLE_ADMIN]}
                """));
        assertThat(find(table, "notebooks.example", "GET", "/admin/x")).isEqualTo("/admin/*");
        assertThat(find(table, "notebooks.example", "GET", "/x")).isEqualTo("notebooks.example/* notebooks");
        assertThat(find(table, "gateway.example", "GET", "/x")).isEqualTo("none");
    }

    @Test
    void a_prefix_of_everything_takes_what_nothing_else_does() {
        var table = new RouteTable(Yaml.routes("routes: [{path: '/*', upstream: reporting}]"));
        for (var path : List.of("/", "/a", "/a/", "/a/b/c")) {
            assertThat(find(table, "gateway.example", "GET", path)).isEqualTo("/*");
        }
        assertThat(find(table, "gateway.example", "OPTIONS", "*")).isEqualTo("none");
    }

    @Test
    void an_empty_table_knows_nothing() {
        assertThat(find(new RouteTable(List.of()), "gateway.example", "GET", "/"))
                .isEqualTo("none");
    }

    @Test
    void paths_whose_hashes_are_equal_stay_apart() {
        assertThat("/Aa/x".hashCode()).isEqualTo("/BB/x".hashCode());
        var table = new RouteTable(
                Yaml.routes("routes: [{path: /Aa/x, upstream: reporting}, {path: /Aa/*, upstream: notebooks}]"));
        assertThat(find(table, "gateway.example", "GET", "/BB/x")).isEqualTo("none");
        assertThat(find(table, "gateway.example", "GET", "/BB/y")).isEqualTo("none");
        assertThat(find(table, "gateway.example", "GET", "/Aa/x")).isEqualTo("/Aa/x");
    }

    @Test
    void ten_thousand_routes_are_all_found_and_a_look_up_allocates_nothing() {
        var template = Yaml.routes("routes: [{path: /t, upstream: reporting}]").get(0);
        var routes = IntStream.range(0, 10_000)
                .mapToObj(i -> at(template, i % 2 == 0 ? "/team" + i + "/models/*" : "/team" + i + "/models"))
                .toList();
        var table = new RouteTable(routes);
        for (var i = 0; i < 10_000; i++) {
            var path = "/team" + i + (i % 2 == 0 ? "/models/x" : "/models");
            assertThat(find(table, "gateway.example", "GET", path))
                    .isEqualTo(routes.get(i).id());
        }
        assertThat(find(table, "gateway.example", "GET", "/team10000/models")).isEqualTo("none");
        assertThat(allocated(() -> {
                    for (var i = 0; i < 1_000; i++) {
                        if (table.find("gateway.example", "GET", "/team4242/models/a/b")
                                instanceof RouteMatch.NoRoute) {
                            throw new AssertionError("not found");
                        }
                    }
                }))
                .isLessThan(1_000);
    }

    private static long allocated(Runnable work) {
        work.run();
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static Route at(Route template, String path) {
        return new Route(
                RoutePath.parse(path),
                template.host(),
                template.methods(),
                template.requirement(),
                template.target(),
                false,
                false,
                false,
                template.identity(),
                template.issuers(),
                template.cors(),
                template.rateLimit());
    }

    private static String find(RouteTable table, String host, String method, String path) {
        return table.find(host, method, path)
                .fold(
                        matched -> matched.route().id()
                                + (matched.route().target().equals(new Route.Target.Upstream("notebooks"))
                                        ? " notebooks"
                                        : ""),
                        noRoute -> "none",
                        notAllowed -> "405 " + notAllowed.allow());
    }
}
