package io.modelgate.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.guard.RequestTarget;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RouteAcceptsTest {

    private final Route strict = Yaml.route("path: /*\nupstream: reporting");
    private final Route lenient =
            Yaml.route("path: /*\nupstream: reporting\nencoded-slash: true\npath-parameters: true");

    /** Matched as /* here, read as /admin/users by servers that cut parameters off. */
    @Test
    @Tag("CVE-2025-66490")
    void a_path_parameter_is_refused_unless_the_route_opts_in() {
        var target = RequestTarget.parse("/admin;x=1/users");

        assertThat(strict.accepts(target)).isFalse();
        assertThat(lenient.accepts(target)).isTrue();
    }

    @Test
    void an_encoded_slash_is_refused_unless_the_route_opts_in() {
        var target = RequestTarget.parse("/a%2Fb");

        assertThat(strict.accepts(target)).isFalse();
        assertThat(lenient.accepts(target)).isTrue();
    }

    @Test
    void a_semicolon_in_the_query_is_no_path_parameter() {
        assertThat(strict.accepts(RequestTarget.parse("/a?b;c"))).isTrue();
    }
}
