package io.modelgate.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a listener and its client speak in a test. */
enum Wire {
    HTTP_1,

    /** HTTP/1.1, chosen by the client of a listener that has HTTP/2 as well. */
    HTTP_1_OVER_TLS,

    HTTP_2,

    /** With {@code host} in place of {@code :authority}, as intermediaries may write it (RFC 9113 §8.3.1). */
    HTTP_2_WITH_HOST;

    boolean isHttp2() {
        return this == HTTP_2 || this == HTTP_2_WITH_HOST;
    }

    /** The head of a request of HTTP/1.1 in the words of HTTP/2: name, value, name, value, …, names in lower case. */
    String[] http2(String head) {
        var lines = List.of(head.split("\r\n"));
        var first = lines.get(0);
        var pseudo = new ArrayList<String>(List.of(
                ":method",
                first.substring(0, first.indexOf(' ')),
                ":scheme",
                "http",
                ":path",
                first.substring(first.indexOf(' ') + 1, first.lastIndexOf(' '))));
        var regular = new ArrayList<String>();
        for (var line : lines.subList(1, lines.size())) {
            var name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
            var isAuthority = this == HTTP_2 && name.equals("host");
            (isAuthority ? pseudo : regular).add(isAuthority ? ":authority" : name);
            (isAuthority ? pseudo : regular)
                    .add(line.substring(line.indexOf(':') + 1).strip());
        }
        pseudo.addAll(regular);
        return pseudo.toArray(String[]::new);
    }
}
