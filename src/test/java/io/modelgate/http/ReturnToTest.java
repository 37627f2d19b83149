package io.modelgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ReturnToTest {

    private static final URI HERE = URI.create("https://gateway.example/login");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "/a/",
                "/a/b.c/d",
                "/?",
                "/?q=1&r=a%20b",
                "/a?next=https://other.example//x",
                "/a?q=100%",
                "/a;v=1/b",
                "/a:b/@c",
                "/.well-known/x",
                "/...",
                "/a..b",
                "/%C3%A4/%E2%82%AC",
                "/a%20b",
                "/a%252Fb"
            })
    void is_accepted(String target) {
        assertThat(ReturnTo.parse(target)).map(ReturnTo::target).contains(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "?a",
                "#a",
                "//other.example",
                "///other.example",
                "////other.example",
                "/\\other.example",
                "\\/other.example",
                "\\\\other.example",
                "/\t/other.example",
                "\t//other.example",
                " /a",
                "/a ",
                "/a b",
                "/a\n",
                "/a\r\nSet-Cookie: x=y",
                "/a?\n",
                "/\u0000",
                "/a#b",
                "/a?b#c",
                "/a//b",
                "/a/../b",
                "/..",
                "/.",
                "/./a",
                "/.//other.example",
                "/..//other.example",
                "/..;/a",
                "/%2e%2e/a",
                "/%2E/a",
                "/a/.%2e/b",
                "/%2f/other.example",
                "/%2Fother.example",
                "/a%2f..%2fb",
                "/%5cother.example",
                "/%5Cother.example",
                "/%09/other.example",
                "/%0d%0aSet-Cookie:x",
                "/%00",
                "/%7f",
                "/%",
                "/%2",
                "/%zz",
                "/ä",
                "/\u2215other.example",
                "\u3000/a",
                "/\u00a0",
                "https://gateway.example/a",
                "https:/a",
                "https:a",
                "javascript:alert(1)",
                "data:text/html,x",
                "*",
                "user@other.example",
                "/a\"><script>"
            })
    void is_refused(String target) {
        assertThat(ReturnTo.parse(target)).isEmpty();
        assertThatThrownBy(() -> new ReturnTo(target)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void one_KiB_is_the_limit() {
        assertThat(ReturnTo.parse("/" + "a".repeat(1023))).isPresent();
        assertThat(ReturnTo.parse("/" + "a".repeat(1024))).isEmpty();
        assertThat(ReturnTo.parse("/" + "a/".repeat(1_000_000))).isEmpty();
    }

    @Test
    @Tag("GHSA-4mf2-f3wh-gvf2")
    @Tag("CVE-2022-23527")
    @Tag("GHSA-5m6c-jp6f-2vcv")
    @Tag("GHSA-j7px-6hwj-hpjg")
    @Tag("GHSA-qqxw-m5fj-f7gv")
    void every_known_open_redirect_is_refused_or_stays_here() throws IOException {
        var list = Path.of(System.getProperty("shared.data", "")).resolve("redirects/openredirects.txt");
        assumeTrue(Files.isReadable(list), "skipped: no list of open redirects at ${shared.data}/redirects");
        var lines = Files.readAllLines(list);
        assertThat(lines).hasSizeGreaterThan(500);
        for (var line : lines) {
            for (var variant : variants(line)) {
                ReturnTo.parse(variant).ifPresent(ReturnToTest::assertStaysHere);
            }
        }
    }

    /** What a reader may make of it: as it is, after the query was decoded, and decoded once too often. */
    private static List<String> variants(String line) {
        var variants = new ArrayList<String>();
        var variant = line;
        for (var i = 0; i < 3; i++) {
            variants.add(variant);
            try {
                variant = URLDecoder.decode(variant, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException notEncoded) {
                break;
            }
        }
        return variants;
    }

    /** Also once it is decoded by mistake, and with the backslash a browser reads as a slash. */
    private static void assertStaysHere(ReturnTo returnTo) {
        assertThat(HERE.resolve(returnTo.target()).getRawAuthority()).isEqualTo("gateway.example");
        var path = returnTo.target().replaceFirst("\\?.*", "");
        var decoded = URLDecoder.decode(path, StandardCharsets.UTF_8).replace('\\', '/');
        assertThat(decoded).startsWith("/").doesNotContain("//").doesNotMatch("(?s).*\\p{Cntrl}.*");
    }
}
