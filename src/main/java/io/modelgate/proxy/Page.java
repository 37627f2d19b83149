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
            :root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2a6fdb; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 3rem auto; padding: 0 1.25rem; }
            header { display: flex; align-items: baseline; gap: .75rem; border-bottom: 2px solid var(--accent); }
            header b { color: var(--accent); letter-spacing: .02em; }
            h1 { font-size: 1.5rem; margin: .25rem 0; }
            h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
            table { border-collapse: collapse; width: 100%%; }
            th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
            th { font-weight: 600; white-space: nowrap; }
            code, pre { font: .9em ui-monospace, monospace; background: var(--soft); border-radius: 4px; }
            code { padding: .1em .35em; }
            pre { padding: .75rem 1rem; overflow-x: auto; }
            .no { opacity: .65; }
            footer { margin-top: 3rem; font-size: .85rem; opacity: .7; }
            </style>
            </head>
            <body>
            <header><b>Modelgate</b><h1>%s</h1></header>
            %s
            <footer>Request %s</footer>
            </body>
            </html>
            """;

    private Page() {}

    /** @param body HTML; everything that came from outside already went through {@link #escape} */
    static String of(String title, String body, Exchange exchange) {
        return FRAME.formatted(
                escape(title), escape(title), body, escape(exchange.id().value()));
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
