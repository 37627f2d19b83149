package io.modelgate.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.net.URI;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LoginRedirectTest {

    static Stream<Arguments> targets() {
        return Stream.of(
                argumentSet("root", "/login", "/", "/login?return_to=%2F"),
                argumentSet("path", "/login", "/a/b", "/login?return_to=%2Fa%2Fb"),
                argumentSet(
                        "path and query",
                        "/login",
                        "/a?b=c&d=%20e+f",
                        "/login?return_to=%2Fa%3Fb%3Dc%26d%3D%2520e%2Bf"),
                argumentSet("absolute", "https://sso.example/in", "/a", "https://sso.example/in?return_to=%2Fa"),
                argumentSet("with a query", "/login?provider=main", "/a", "/login?provider=main&return_to=%2Fa"),
                argumentSet("other origin", "/login", "//other.example", "/login?return_to=%2F"),
                argumentSet("absolute target", "/login", "https://other.example/", "/login?return_to=%2F"),
                argumentSet("line break", "/login", "/a\r\nSet-Cookie: x=y", "/login?return_to=%2F"),
                argumentSet("too long", "/login", "/" + "a".repeat(1024), "/login?return_to=%2F"));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void goes_to(String loginUri, String target, String location) {
        assertThat(new LoginRedirect(URI.create(loginUri)).to(target).headers()).containsEntry("Location", location);
    }

    @Test
    void is_a_302_that_no_cache_keeps_or_gives_to_a_program() {
        var refusal = new LoginRedirect(URI.create("/login")).to("/a");
        assertThat(refusal.status()).isEqualTo(302);
        assertThat(refusal.problem()).isEmpty();
        assertThat(refusal.headers()).containsEntry("Cache-Control", "no-store");
        assertThat(refusal.headers().get("Vary")).contains("Accept", "Cookie", "Sec-Fetch-Mode");
    }
}
