package io.modelgate.proxy;

import java.util.Map;

/** The frame of our own pages: one file, no script, nothing fetched from elsewhere. */
final class Page {

    static final Map<String, String> HEADERS = Map.of(
            "Content-Type",
            "text/html; charset=utf-8",
            "Cache-Control",
            "no-store",
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer");

    private static final String FRAME = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%s · Modelgate</title>
            <style>
            :root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #1d5fc4; --yes: #1a7f37; --quiet: #57606a; }
            @media (prefers-color-scheme: dark) { :root { --accent: #8ab4ff; --yes: #6fd08c; --quiet: #a5adb6; } }
            * { box-sizing: border-box; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2.5rem auto; padding: 0 1.25rem; }
            header { border-bottom: 2px solid var(--accent); padding-bottom: .5rem; }
            header b { color: var(--accent); letter-spacing: .02em; }
            h1 { font-size: 1.5rem; line-height: 1.25; margin: .1rem 0 0; }
            h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
            a { color: var(--accent); }
            table { border-collapse: collapse; width: 100%%; }
            th, td { text-align: left; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line);
              vertical-align: top; overflow-wrap: anywhere; }
            th { font-weight: 600; white-space: nowrap; }
            thead th { color: var(--quiet); font-size: .875rem; }
            code, pre { font: .9em/1.5 ui-monospace, monospace; background: var(--soft); border-radius: 4px; }
            code { padding: .1em .35em; overflow-wrap: anywhere; }
            pre { padding: .75rem 1rem; overflow-x: auto; }
            .yes { color: var(--yes); font-weight: 600; }
            .no, footer { color: var(--quiet); }
            footer { margin-top: 3rem; font-size: .85rem; overflow-wrap: anywhere; }
            @media (max-width: 40rem) {
              body { margin: 1.25rem auto; }
              .rows thead { display: none; }
              .rows tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
              .rows td { display: flex; gap: .75rem; padding: .1rem 0; border: 0; }
              .rows td::before { content: attr(data-label); color: var(--quiet); flex: 0 0 5.5rem; }
            }
            </style>
            </head>
            <body>
            <header><b>Modelgate</b><h1>%s</h1></header>
            %s
            <footer>Request id <code>%s</code>, to be quoted in a question to the operators</footer>
            </body>
            </html>
            """;

    private Page() {}

    /** @param body HTML; everything that came from outside already went through {@link #escape} */
    static String of(String title, String body, Exchange exchange) {
        return FRAME.formatted(
                escape(title), escape(title), body, escape(exchange.id().value()));
    }

    /** How to call a path of this gateway with a token, as a block. */
    static String curl(Exchange exchange, String path) {
        var origin = exchange.origin();
        return "<pre>curl -H \"Authorization: Bearer $TOKEN\" " + escape(origin.scheme() + "://" + origin.host() + path)
                + "</pre>";
    }

    static String escape(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
