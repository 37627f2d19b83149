package io.modelgate.demo;

import java.net.URI;
import java.util.List;

/** What the demo prints once all of it is up: where things are, who may log in, and what to try. */
final class Welcome {

    private Welcome() {}

    static String text(Ports ports, URI tokenEndpoint) {
        var gateway = "http://127.0.0.1:" + ports.gateway();
        var text = new StringBuilder("\nModelgate demo is up. Ctrl-C ends it.\n\n");
        row(text, "gateway", gateway);
        row(text, "management", "http://127.0.0.1:" + ports.management() + "/health/ready, /metrics");
        row(text, "provider", tokenEndpoint.toString());
        row(text, "reporting", "http://127.0.0.1:" + ports.reporting() + " (behind the gateway: /reporting/)");
        text.append('\n');
        for (var user : Directory.USERS) {
            row(text, user.username(), "password %s, groups %s".formatted(user.password(), user.groups()));
        }
        row(text, "client", Directory.GO_CLI.id() + " / " + Directory.GO_CLI.secret());
        text.append("\nTry:\n");
        curls(gateway, tokenEndpoint)
                .forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }

    /** Three lines for a POSIX shell with curl and sed: a token, a report of team1, the caller's models. */
    static List<String> curls(String gateway, URI tokenEndpoint) {
        return List.of(
                "TOKEN=$(curl -s -u %s:%s -d grant_type=password -d username=alice -d password=alice-pw %s"
                                .formatted(Directory.GO_CLI.id(), Directory.GO_CLI.secret(), tokenEndpoint)
                        + " | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
                "curl -H \"Authorization: Bearer $TOKEN\" %s/reporting/team1/risk".formatted(gateway),
                "curl -H \"Authorization: Bearer $TOKEN\" %s/api/storedModels".formatted(gateway));
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("  %-12s%s%n".formatted(name, value));
    }
}
