package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.SteadyTraffic;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many routes, and many reloads. */
@Timeout(120)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReloadSizeTest {

    /** What a configuration in force is made of; one that was replaced must not be held. */
    private static final List<String> COUNTED = List.of(
            "io.vertx.core.http.impl.HttpClientImpl",
            "io.modelgate.upstream.Upstream",
            "io.modelgate.proxy.FrontDoor",
            "io.modelgate.proxy.Retiring",
            "io.modelgate.token.Issuers",
            "io.modelgate.token.Issuer",
            "io.modelgate.token.VerdictCache",
            "io.modelgate.route.RouteTable",
            "io.vertx.core.impl.VertxImpl$InternalTimerHandler");

    @TempDir
    private Path folder;

    @Test
    void ten_thousand_routes_do_not_hold_up_an_event_loop() throws Exception {
        var routes = IntStream.range(0, 10_000)
                .mapToObj(number -> "- {path: /r" + number + "/*, upstream: app}")
                .toArray(String[]::new);
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var blocked = LogLines.of("io.vertx.core.impl.BlockedThreadChecker");
                var traffic = SteadyTraffic.of(rig.gateway, "/r9999/x", rig.provider.token("ada"))) {
            rig.writeRoutes(routes);
            rig.apply();
            routes[0] = ReloadRig.ROUTE;
            rig.writeRoutes(routes);
            rig.apply();
            traffic.awaitMore(3);
            assertThat(traffic.statuses()).containsSubsequence(404, 200).containsOnly(404, 200);
            assertThat(blocked.lines()).isEmpty();
            var lag = rig.metrics("modelgate_eventloop_lag_seconds_max").get(0);
            assertThat(Double.parseDouble(lag.substring(lag.lastIndexOf(' ')))).isLessThan(0.5);
        }
    }

    @Test
    void reloads_leave_nothing_behind() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            reload(rig, 20);
            var before = settled(rig);
            reload(rig, 200);
            var after = settled(rig);
            assertThat(after).isEqualTo(before);
        }
    }

    /** Each with another upstream, another issuer configuration and another route. */
    private static void reload(ReloadRig rig, int times) throws Exception {
        for (var round = 0; round < times; round++) {
            rig.write(ReloadRig.text(
                    "",
                    ReloadRig.ISSUER.replace("a-}", "a" + round + "-}"),
                    "app: {url: '%APP%', max-queue: " + round + "}\nu" + round + ": {url: '%APP%'}",
                    "- {path: /a/*, upstream: app}",
                    "- {path: /r" + round + "/*, upstream: u" + round + "}"));
            rig.apply();
            assertThat(rig.get("/r" + round + "/x", rig.bearer())).isEqualTo(200);
        }
    }

    /** The numbers once what was replaced has ended: they are looked at until they no longer fall. */
    private static List<String> settled(ReloadRig rig) throws Exception {
        List<String> numbers = List.of();
        for (var look = 0; look < 20; look++) {
            var now = numbers(rig);
            if (now.equals(numbers)) {
                return now;
            }
            numbers = now;
            Thread.sleep(1_000);
        }
        return numbers;
    }

    private static List<String> numbers(ReloadRig rig) throws Exception {
        var histogram = histogram();
        var meters = rig.metrics("modelgate_").stream()
                .map(line -> line.replaceFirst("[{ ].*", ""))
                .filter(line -> !line.contains("eventloop"))
                .count();
        return Stream.concat(
                        COUNTED.stream().map(type -> type + " " + count(histogram, type)),
                        Stream.of("series " + meters))
                .toList();
    }

    /** Lines are {@code num: instances bytes class (module)}. */
    private static long count(String histogram, String type) {
        var line = Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(type) + "\\s", Pattern.MULTILINE)
                .matcher(histogram);
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    /** After a full collection: live objects by class. */
    private static String histogram() throws JMException {
        return (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
    }
}
