package io.modelgate.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.vertx.core.MultiMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Header sets of real clients, cut down to what the rule could look at. Chromium 156, curl 7.88, wget 1.21, Python 3.11
 * and requests 2.34, Java 17: as recorded from them. The others are not recorded: written down as known, to be replaced by recordings.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BrowserRuleTest {

    private static final String CHROMIUM_PAGE = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,"
            + "image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
    private static final String FIREFOX_PAGE =
            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    private static final String OLDER_FIREFOX_PAGE = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,"
            + "image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8";
    private static final String SAFARI_PAGE = FIREFOX_PAGE;

    static Stream<Arguments> clients() {
        return Stream.of(
                client(
                        "Chromium, typed address",
                        true,
                        "GET",
                        CHROMIUM_PAGE,
                        "Upgrade-Insecure-Requests: 1",
                        "Sec-Fetch-Site: none",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-User: ?1",
                        "Sec-Fetch-Dest: document"),
                client(
                        "Chromium, plain http without fetch metadata",
                        true,
                        "GET",
                        CHROMIUM_PAGE,
                        "Upgrade-Insecure-Requests: 1"),
                client(
                        "Chromium, iframe",
                        true,
                        "GET",
                        CHROMIUM_PAGE,
                        "Sec-Fetch-Site: same-origin",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: iframe"),
                client(
                        "Chromium, form post",
                        false,
                        "POST",
                        CHROMIUM_PAGE,
                        "Sec-Fetch-Site: same-origin",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-User: ?1",
                        "Sec-Fetch-Dest: document",
                        "Content-Type: application/x-www-form-urlencoded"),
                client(
                        "Chromium, image",
                        false,
                        "GET",
                        "Accept: image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
                        "Sec-Fetch-Mode: no-cors",
                        "Sec-Fetch-Dest: image"),
                client(
                        "Chromium, style sheet",
                        false,
                        "GET",
                        "Accept: text/css,*/*;q=0.1",
                        "Sec-Fetch-Mode: no-cors",
                        "Sec-Fetch-Dest: style"),
                client(
                        "Chromium, script",
                        false,
                        "GET",
                        "Accept: */*",
                        "Sec-Fetch-Mode: no-cors",
                        "Sec-Fetch-Dest: script"),
                client("Chromium, fetch", false, "GET", "Accept: */*", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"),
                client(
                        "Chromium, fetch that asks for a page",
                        false,
                        "GET",
                        "Accept: text/html",
                        "Sec-Fetch-Mode: cors",
                        "Sec-Fetch-Dest: empty"),
                client(
                        "Chromium, service worker that passes a navigation on",
                        false,
                        "GET",
                        CHROMIUM_PAGE,
                        "Sec-Fetch-Mode: same-origin",
                        "Sec-Fetch-Dest: empty"),
                client(
                        "Chromium, prefetch of a page",
                        false,
                        "GET",
                        CHROMIUM_PAGE,
                        "Sec-Purpose: prefetch",
                        "Sec-Fetch-Mode: no-cors",
                        "Sec-Fetch-Dest: empty"),
                client(
                        "Chromium, event source",
                        false,
                        "GET",
                        "Accept: text/event-stream",
                        "Sec-Fetch-Mode: cors",
                        "Sec-Fetch-Dest: empty"),
                client(
                        "Chromium, WebSocket",
                        false,
                        "GET",
                        "Connection: Upgrade",
                        "Upgrade: websocket",
                        "Sec-WebSocket-Version: 13"),
                client(
                        "Chromium, object",
                        true,
                        "GET",
                        CHROMIUM_PAGE,
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: object"),
                client(
                        "Chromium, embed",
                        true,
                        "GET",
                        CHROMIUM_PAGE,
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: embed"),
                client("Chromium, XHR", false, "GET", "Accept: */*", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"),
                client(
                        "Chromium, fetch post",
                        false,
                        "POST",
                        "Accept: */*",
                        "Sec-Fetch-Mode: cors",
                        "Sec-Fetch-Dest: empty"),
                client(
                        "Firefox, page",
                        true,
                        "GET",
                        FIREFOX_PAGE,
                        "Upgrade-Insecure-Requests: 1",
                        "Sec-Fetch-Dest: document",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Site: none",
                        "Sec-Fetch-User: ?1"),
                client(
                        "older Firefox, page",
                        true,
                        "GET",
                        OLDER_FIREFOX_PAGE,
                        "Sec-Fetch-Dest: document",
                        "Sec-Fetch-Mode: navigate"),
                client(
                        "Firefox, iframe",
                        true,
                        "GET",
                        FIREFOX_PAGE,
                        "Sec-Fetch-Dest: iframe",
                        "Sec-Fetch-Mode: navigate"),
                client(
                        "Firefox, image",
                        false,
                        "GET",
                        "Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
                        "Sec-Fetch-Dest: image",
                        "Sec-Fetch-Mode: no-cors"),
                client("Firefox, XHR", false, "GET", "Accept: */*", "Sec-Fetch-Dest: empty", "Sec-Fetch-Mode: cors"),
                client(
                        "Firefox, WebSocket",
                        false,
                        "GET",
                        "Accept: */*",
                        "Connection: keep-alive, Upgrade",
                        "Upgrade: websocket",
                        "Sec-Fetch-Dest: empty",
                        "Sec-Fetch-Mode: websocket"),
                client(
                        "Safari, page",
                        true,
                        "GET",
                        SAFARI_PAGE,
                        "Sec-Fetch-Site: none",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: document"),
                client("older Safari without fetch metadata, page", true, "GET", SAFARI_PAGE),
                client(
                        "Safari, image",
                        false,
                        "GET",
                        "Accept: image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
                        "Sec-Fetch-Mode: no-cors",
                        "Sec-Fetch-Dest: image"),
                client("Safari, fetch", false, "GET", "Accept: */*", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"),
                client(
                        "Android WebView, page",
                        true,
                        "GET",
                        CHROMIUM_PAGE,
                        "X-Requested-With: com.example.app",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: document"),
                client(
                        "text browser",
                        true,
                        "GET",
                        "Accept: text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01"),
                client("curl", false, "GET", "Accept: */*"),
                client(
                        "curl that offers HTTP/2",
                        false,
                        "GET",
                        "Accept: */*",
                        "Connection: Upgrade, HTTP2-Settings",
                        "Upgrade: h2c"),
                client("wget", false, "GET", "Accept: */*", "Accept-Encoding: identity", "Connection: Keep-Alive"),
                client(
                        "python-requests",
                        false,
                        "GET",
                        "Accept: */*",
                        "Accept-Encoding: gzip, deflate",
                        "Connection: keep-alive"),
                client("Python urllib", false, "GET", "Accept-Encoding: identity", "Connection: close"),
                client("Go http client", false, "GET", "Accept-Encoding: gzip"),
                // It asks for a page before anything else and says nothing more: no rule over headers can tell it
                // apart.
                client(
                        "Java HttpURLConnection",
                        true,
                        "GET",
                        "Accept: text/html, image/gif, image/jpeg, */*; q=0.2",
                        "Connection: keep-alive"),
                client("Java HttpClient", false, "GET", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"),
                client("Jupyter, tornado http client", false, "GET", "Accept-Encoding: gzip", "Connection: close"),
                client(
                        "Jupyter, front end",
                        false,
                        "GET",
                        "Accept: application/json, text/javascript, */*; q=0.01",
                        "X-Requested-With: XMLHttpRequest",
                        "Sec-Fetch-Mode: cors",
                        "Sec-Fetch-Dest: empty"),
                client(
                        "Jupyter, notebook page",
                        true,
                        "GET",
                        FIREFOX_PAGE,
                        "Sec-Fetch-Dest: document",
                        "Sec-Fetch-Mode: navigate"),
                client("Postman", false, "GET", "Accept: */*", "Postman-Token: 0", "Connection: keep-alive"),
                client("axios", false, "GET", "Accept: application/json, text/plain, */*"),
                client("jQuery, any", false, "GET", "Accept: */*", "X-Requested-With: XMLHttpRequest"),
                client(
                        "jQuery, JSON",
                        false,
                        "GET",
                        "Accept: application/json, text/javascript, */*; q=0.01",
                        "X-Requested-With: XMLHttpRequest"),
                client(
                        "jQuery, html fragment",
                        false,
                        "GET",
                        "Accept: text/html, */*; q=0.01",
                        "X-Requested-With: XMLHttpRequest"),
                client("htmx without fetch metadata", false, "GET", "Accept: */*", "HX-Request: true"),
                client("HEAD of a link checker", true, "HEAD", "Accept: text/html,*/*;q=0.8"),
                client("no header at all", false, "GET"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void is_sent_to_login(boolean expected, String method, MultiMap headers) {
        assertThat(BrowserRule.REFINED.sendsToLogin(method, headers)).isEqualTo(expected);
    }

    static Stream<Arguments> refinements() {
        return Stream.of(
                client("DELETE", false, "DELETE", FIREFOX_PAGE),
                client("PUT", false, "PUT", FIREFOX_PAGE),
                client("OPTIONS", false, "OPTIONS", FIREFOX_PAGE),
                client("method in lower case", false, "get", FIREFOX_PAGE),
                client("mode cors", false, "GET", FIREFOX_PAGE, "Sec-Fetch-Mode: cors"),
                client("destination image", false, "GET", FIREFOX_PAGE, "Sec-Fetch-Dest: image"),
                client(
                        "mode given twice",
                        false,
                        "GET",
                        FIREFOX_PAGE,
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Mode: cors"),
                client(
                        "XMLHttpRequest in another case",
                        false,
                        "GET",
                        FIREFOX_PAGE,
                        "X-Requested-With: xmlhttprequest"),
                client("upgrade", false, "GET", FIREFOX_PAGE, "Connection: upgrade", "Upgrade: websocket"),
                client("html refused", false, "GET", "Accept: text/html;q=0"),
                client("html refused, rest welcome", false, "GET", "Accept: text/html;q=0.0, */*"),
                client("JSON preferred", false, "GET", "Accept: text/html;q=0.5, application/json"));
    }

    @ParameterizedTest
    @MethodSource("refinements")
    void is_refused_plainly_unless_only_the_seed_rule_is_on(boolean expected, String method, MultiMap headers) {
        assertThat(BrowserRule.REFINED.sendsToLogin(method, headers)).isEqualTo(expected);
        assertThat(BrowserRule.SEED.sendsToLogin(method, headers)).isTrue();
    }

    static Stream<Arguments> withoutHtml() {
        return Stream.of(
                client("no Accept", false, "GET"),
                client("anything", false, "GET", "Accept: */*"),
                client("JSON", false, "GET", "Accept: application/json"),
                client("any text", false, "GET", "Accept: text/*"),
                client("xhtml", false, "GET", "Accept: application/xhtml+xml"),
                client(
                        "navigation without Accept",
                        false,
                        "GET",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: document"),
                client("name in a quoted parameter", false, "GET", "Accept: a/b;x=\",text/html,\""));
    }

    @ParameterizedTest
    @MethodSource("withoutHtml")
    void never_sends_to_login_who_does_not_name_html(boolean expected, String method, MultiMap headers) {
        assertThat(BrowserRule.REFINED.sendsToLogin(method, headers)).isEqualTo(expected);
        assertThat(BrowserRule.SEED.sendsToLogin(method, headers)).isEqualTo(expected);
    }

    private static Arguments client(String name, boolean login, String method, String... headers) {
        var map = MultiMap.caseInsensitiveMultiMap();
        for (var header : headers) {
            var colon = header.indexOf(": ");
            map.add(header.substring(0, colon), header.substring(colon + 2));
        }
        return argumentSet(name, login, method, map);
    }
}
