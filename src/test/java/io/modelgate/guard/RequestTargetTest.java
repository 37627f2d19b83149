package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RequestTargetTest {

    static Stream<Arguments> kept() {
        return Stream.of(
                arguments(named("the root", "/"), "/"),
                arguments(named("a clean path", "/reporting/team1/a.json"), "/reporting/team1/a.json"),
                arguments(named("a trailing slash", "/a/"), "/a/"),
                arguments(
                        named("dots inside and at the end of a segment", "/a..b/c./...x/.hidden"),
                        "/a..b/c./...x/.hidden"),
                arguments(named("three dots", "/.../a"), "/.../a"),
                arguments(named("parameters", "/a;v=1/b"), "/a;v=1/b"),
                arguments(named("sub-delimiters of RFC 3986", "/!$&'()*+,;=:@-_~"), "/!$&'()*+,;=:@-_~"),
                arguments(named("what browsers send unencoded", "/[a]|^"), "/[a]|^"),
                arguments(named("an encoded letter", "/%61dmin"), "/admin"),
                arguments(named("encoded unreserved marks", "/%7e%2D%5F%39"), "/~-_9"),
                arguments(named("lower-case hex digits", "/a%3ab%e2%82%ac"), "/a%3Ab%E2%82%AC"),
                arguments(named("an encoded space", "/a%20b"), "/a%20b"),
                arguments(named("a literal percent sign", "/100%25"), "/100%25"),
                arguments(named("a percent sign before one hex digit", "/%25a/"), "/%25a/"),
                arguments(named("an encoded slash, kept and flagged", "/a%2fb"), "/a%2Fb"),
                arguments(named("the highest code point", "/%F4%8F%BF%BF"), "/%F4%8F%BF%BF"));
    }

    @ParameterizedTest
    @MethodSource("kept")
    void a_path_with_one_meaning_has_one_spelling(String raw, String canonical) {
        assertThat(RequestTarget.parse(raw).path()).isEqualTo(canonical);
        assertThat(RequestTarget.parse(canonical).path()).isEqualTo(canonical);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                        named("dot segment", "/a/../admin"),
                        named("dot segment at the end", "/a/.."),
                        named("dot segment first", "/../a"),
                        named("single dot", "/a/./b"),
                        named("single dot at the end", "/a/."),
                        named("dot segment with parameters", "/a/..;/admin"),
                        named("dot segment with a named parameter", "/a/..;x=1/admin"),
                        named("single dot with parameters", "/a/.;x/b"),
                        named("encoded dot segment", "/a/%2e%2e/admin"),
                        named("half encoded dot segment", "/a/.%2E/admin"),
                        named("encoded dot anywhere", "/a%2ejson"),
                        named("dot segment behind encoded slashes", "/a%2F..%2Fadmin"),
                        named("dot segment after an encoded slash", "/a%2f.."),
                        named("dot segment before an encoded slash", "/a/..%2Fb"),
                        named("dot segment with parameters behind encoded slashes", "/a%2F..;x%2Fb"),
                        named("empty segment", "/a//b"),
                        named("empty first segment", "//evil.example/a"),
                        named("empty last segment", "/a//"),
                        named("empty segment behind an encoded slash", "/%2Fevil.example"),
                        named("backslash", "/a\\b"),
                        named("fragment", "/admin#/public"),
                        named("fragment in the query", "/a?b#c"),
                        named("space", "/a b"),
                        named("tab", "/a\tb"),
                        named("NUL", "/a\0b"),
                        named("DEL", "/a\u007fb"),
                        named("raw ISO 8859-1", "/caf\u00e9"),
                        named("quote", "/a\"b"),
                        named("angle bracket", "/<script>"),
                        named("encoded backslash", "/a%5Cb"),
                        named("encoded question mark", "/a%3Fb"),
                        named("encoded fragment", "/admin%23/public"),
                        named("encoded semicolon", "/a/..%3bx"),
                        named("encoded NUL", "/a%00b"),
                        named("encoded CR LF", "/a%0d%0aSet-Cookie:x"),
                        named("encoded DEL", "/a%7F"),
                        named("encoded C1 control (U+0085)", "/a%C2%85b"),
                        named("double encoding", "/a%252e%252e/b"),
                        named("double encoding, hex digits encoded", "/a%25%32%65"),
                        named("lone percent sign", "/a%"),
                        named("percent sign and one digit", "/a%2"),
                        named("percent sign and no hex digits", "/a%zz"),
                        named("percent sign and IIS unicode", "/a%u002e"),
                        named("overlong slash (2 octets)", "/a%C0%AFb"),
                        named("overlong slash (3 octets)", "/a%E0%80%AFb"),
                        named("overlong slash (4 octets)", "/a%F0%80%80%AFb"),
                        named("surrogate", "/a%ED%A0%80"),
                        named("beyond U+10FFFF", "/a%F4%90%80%80"),
                        named("lone continuation octet", "/a%80"),
                        named("cut character", "/a%E2%82"),
                        named("character continued unencoded", "/a%C3\u00a9"),
                        named("control in the query", "/a?b\u0001"),
                        named("space in the query", "/a?b c"),
                        named("non-ASCII in the query", "/a?\u00e9"),
                        named("no leading slash", "admin"),
                        named("empty", ""),
                        named("asterisk-form", "*"),
                        named("authority-form", "gate.example:443"),
                        named("another scheme", "ftp://gate.example/a"),
                        named("absolute-form with a fragment", "http://gate.example#/a"),
                        named("absolute-form with a dot segment", "http://gate.example/../a"))
                .map(Arguments::arguments);
    }

    @ParameterizedTest
    @MethodSource("refused")
    @Tag("CVE-2026-40912")
    @Tag("CVE-2026-48020")
    @Tag("CVE-2026-42274")
    @Tag("CVE-2026-26205")
    @Tag("CVE-2026-33494")
    @Tag("CVE-2025-66490")
    @Tag("CVE-2025-32431")
    @Tag("CVE-2025-47952")
    @Tag("GHSA-fvhj-4qfh-q2hm")
    @Tag("GHSA-pxq7-h93f-9jrg")
    void a_target_with_two_meanings_is_refused(String raw) {
        assertThatThrownBy(() -> RequestTarget.parse(raw))
                .asInstanceOf(InstanceOfAssertFactories.type(GatewayException.class))
                .extracting(failure -> failure.problem().type())
                .isEqualTo(ProblemType.BAD_REQUEST);
    }

    @Test
    void a_clean_path_is_not_copied() {
        var raw = "/reporting/team1";

        assertThat(RequestTarget.parse(raw).path()).isSameAs(raw);
    }

    @Test
    @Tag("CVE-2025-54576")
    void the_query_is_no_part_of_the_path_and_kept_as_it_is() {
        var target = RequestTarget.parse("/%61dmin?x=/public/../%2e&y=%zz?");

        assertThat(target).isEqualTo(new RequestTarget("/admin", "x=/public/../%2e&y=%zz?", null, false));
        assertThat(target.uri()).isEqualTo("/admin?x=/public/../%2e&y=%zz?");
    }

    @Test
    void an_encoded_slash_is_flagged() {
        assertThat(RequestTarget.parse("/projects/group%2fname").encodedSlash()).isTrue();
        assertThat(RequestTarget.parse("/projects/group/n%61me").encodedSlash()).isFalse();
    }

    @Test
    void absolute_form_yields_its_authority_and_at_least_a_slash() {
        assertThat(RequestTarget.parse("http://gate.example:81/a?b"))
                .isEqualTo(new RequestTarget("/a", "b", "gate.example:81", false));
        assertThat(RequestTarget.parse("HTTPS://gate.example"))
                .isEqualTo(new RequestTarget("/", null, "gate.example", false));
        assertThat(RequestTarget.parse("http://gate.example?b"))
                .isEqualTo(new RequestTarget("/", "b", "gate.example", false));
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b, ''",
        "/a%2Fb, /a/b",
        "/a;v=1/b, /a/b",
        "/a;v=1, /a",
        "/a;v%2Fw/b, '/a/b,/a;v/w/b,/a/w/b'",
    })
    void a_path_that_servers_read_in_several_ways_tells_all_of_them(String path, String readings) {
        assertThat(RequestTarget.parse(path).otherReadings())
                .containsExactlyInAnyOrder(readings.isEmpty() ? new String[0] : readings.split(","));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/;/a", "/a/;v=1/b", "/a%2F;%2Fb", "/a;%2F/b"})
    void a_segment_that_is_empty_without_its_parameters_is_refused(String path) {
        assertThatThrownBy(() -> RequestTarget.parse(path)).isInstanceOf(GatewayException.class);
    }

    /** Random bytes, weighted towards what the grammar is about; the seed is fixed so a failure repeats. */
    @Test
    void whatever_comes_in_what_comes_out_is_its_own_canonical_form() {
        var random = new Random(20_240_229);
        var pieces = new String[] {
            "/", "%", "2", "5", "F", "f", "e", ".", ";", "a", "%2F", "%41", "%25", "%C3%A9", "?", "\\", "%E2", "\u00ff"
        };
        var accepted = 0;
        for (var round = 0; round < 200_000; round++) {
            var raw = new StringBuilder("/");
            for (var length = random.nextInt(8); length > 0; length--) {
                raw.append(
                        random.nextInt(10) == 0
                                ? String.valueOf((char) random.nextInt(256))
                                : pieces[random.nextInt(pieces.length)]);
            }
            RequestTarget target;
            try {
                target = RequestTarget.parse(raw.toString());
            } catch (GatewayException refused) {
                continue;
            }
            accepted++;
            assertThat(RequestTarget.parse(target.uri())).as(raw.toString()).isEqualTo(target);
            assertThat(target.path())
                    .as(raw.toString())
                    .matches("/[!$-.0-;=@-\\[\\]^_a-z|~%/]*")
                    .doesNotContain("//");
            assertThat(target.path().replace("%2F", "/") + "/").doesNotContain("/../", "/./", "/..;", "/.;");
        }
        assertThat(accepted).isGreaterThan(10_000);
    }
}
