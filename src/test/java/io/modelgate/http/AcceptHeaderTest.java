package io.modelgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AcceptHeaderTest {

    static Stream<Arguments> headers() {
        return Stream.of(
                argumentSet("RFC 9110 example 1", "audio/*; q=0.2, audio/basic", "audio/*=200 audio/basic=1000"),
                argumentSet(
                        "RFC 9110 example 2",
                        "text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c",
                        "text/plain=500 text/html=1000 text/x-dvi=800 text/x-c=1000"),
                argumentSet(
                        "RFC 9110 example 4",
                        "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5",
                        "text/*=300 text/plain=700 text/plain=1000 text/plain=400 */*=500"),
                argumentSet("no spaces", "a/b;q=0.1,c/d;q=0.25,e/f;q=0.125", "a/b=100 c/d=250 e/f=125"),
                argumentSet("spaces and tabs", " \ta/b \t; \tq=0.5 , c/d ", "a/b=500 c/d=1000"),
                argumentSet("case", "Text/HTML;Q=0.5", "text/html=500"),
                argumentSet(
                        "bounds",
                        "a/a;q=0,b/b;q=0.000,c/c;q=1,d/d;q=1.000,e/e;q=0.,f/f;q=1.",
                        "a/a=0 b/b=0 c/c=1000 d/d=1000 e/e=0 f/f=1000"),
                argumentSet("too many digits are cut", "a/b;q=0.3333333", "a/b=333"),
                argumentSet("empty elements", ",, a/b ,,c/d,", "a/b=1000 c/d=1000"),
                argumentSet("comma in quotes", "a/b;x=\"1,c/d\";q=0.5,e/f", "a/b=500 e/f=1000"),
                argumentSet("quote in quotes", "a/b;x=\"\\\",c/d;q=0.1\",e/f", "a/b=1000 e/f=1000"),
                argumentSet("weight in quotes is none", "a/b;x=\";q=0\",c/d;q=\"0.5\",e/f", "a/b=1000 e/f=1000"),
                argumentSet("flag and empty parameter", "a/b;x;;q=0.5", "a/b=500"),
                argumentSet(
                        "no weight like these",
                        "a/a;q=2,b/b;q=-1,c/c;q=1.001,d/d;q=x,e/e;q=,f/f;q,g/g;q=.5,h/h;q=0,5",
                        "h/h=0"),
                argumentSet("no media range", "*, text, /html, text/, a b/c, text/html/x, <script>, k/l", "k/l=1000"),
                argumentSet("word after the range", "a/b c,d/e", "d/e=1000"),
                argumentSet("open quote", "a/b,c/d;x=\"e/f,g/h", "a/b=1000 c/d=1000"),
                argumentSet("open quote and backslash", "a/b;x=\"\\", "a/b=1000"),
                argumentSet("empty", "", ""),
                argumentSet("not ASCII", "tëxt/html,a/b", "a/b=1000"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void is_read_as(String header, String expected) {
        assertThat(inWords(AcceptHeader.parse(List.of(header)))).isEqualTo(expected);
    }

    @Test
    void several_lines_are_one_list() {
        assertThat(inWords(AcceptHeader.parse(List.of("a/b", "c/d;q=0.5")))).isEqualTo("a/b=1000 c/d=500");
        assertThat(AcceptHeader.parse(List.of()).ranges()).isEmpty();
    }

    @Test
    void work_and_memory_are_bounded() {
        assertThat(AcceptHeader.parse(List.of("a/b,".repeat(1_000))).ranges()).hasSize(64);
        assertThat(AcceptHeader.parse(List.of("a/b", ",".repeat(10_000) + "text/html"))
                        .namesHtml())
                .isFalse();
        Assertions.assertTimeout(Duration.ofSeconds(2), () -> {
            for (var poison : List.of("\"", "\\\"", ";", "a/b;", "/", ",", " ", "a/b;x=\"")) {
                assertThat(AcceptHeader.parse(List.of(poison.repeat(1_000_000))).ranges())
                        .hasSizeLessThanOrEqualTo(64);
            }
        });
    }

    static Stream<Arguments> preferences() {
        return Stream.of(
                argumentSet("nothing", "", false, false),
                argumentSet("anything", "*/*", false, false),
                argumentSet("any text", "text/*", false, false),
                argumentSet("another text", "text/htmlx", false, false),
                argumentSet("xhtml", "application/xhtml+xml", false, false),
                argumentSet("in a parameter", "text/plain;x=\"text/html\"", false, false),
                argumentSet("html", "text/html", true, true),
                argumentSet("html with parameter", "text/html;level=1", true, true),
                argumentSet("html refused", "text/html;q=0", true, false),
                argumentSet("html refused, anything else", "text/html;q=0, */*", true, false),
                argumentSet("html equal to JSON", "application/json, text/html", true, true),
                argumentSet("JSON first", "text/html;q=0.8, application/json", true, false),
                argumentSet("problem first", "text/html;q=0.8, application/problem+json", true, false),
                argumentSet("JSON second", "text/html, application/json;q=0.9", true, true),
                argumentSet("JSON second, anything first", "text/html;q=0.9, application/json;q=0.1, */*", true, true),
                argumentSet("JSON by application/*", "text/html;q=0.8, application/*", true, false),
                argumentSet("JSON by */*", "text/html;q=0.8, */*", true, false),
                argumentSet(
                        "old WebKit",
                        "application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5",
                        true,
                        true));
    }

    @ParameterizedTest
    @MethodSource("preferences")
    void html_is_named_and_preferred(String header, boolean named, boolean preferred) {
        var accept = AcceptHeader.parse(List.of(header));
        assertThat(accept.namesHtml()).isEqualTo(named);
        assertThat(accept.prefersHtml()).isEqualTo(preferred);
    }

    private static String inWords(AcceptHeader accept) {
        return String.join(
                " ",
                accept.ranges().stream()
                        .map(range -> range.type() + "/" + range.subtype() + "=" + range.weight())
                        .toList());
    }
}
