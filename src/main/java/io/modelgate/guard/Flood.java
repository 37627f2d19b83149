package io.modelgate.guard;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/** What a client does too much of on an HTTP/2 connection; the connection is closed with ENHANCE_YOUR_CALM. */
enum Flood {
    /** Requests opened and reset by the client (CVE-2023-44487). */
    RESETS("resets"),
    /** Requests it made us reset (CVE-2025-55163). */
    PROVOKED_RESETS("provoked_resets"),
    /** A head in more pieces than it can need (CVE-2026-33871). */
    CONTINUATION("continuation"),
    /** A head, or any frame but DATA, that does not come to its end. */
    SLOW_HEAD("slow_head"),
    EMPTY_DATA("empty_data"),
    PRIORITY("priority"),
    SETTINGS("settings"),
    PING("ping"),
    WINDOW_UPDATE("window_update"),
    /** Frames of a type that is unknown or that no client sends. */
    OTHER("other");

    private final String code;

    Flood(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }

    /** Ends the connection when it reaches Netty's connection handler. */
    Detected detected() {
        return new Detected(this);
    }

    static final class Detected extends Http2Exception {

        private static final long serialVersionUID = 1L;

        private final Flood flood;

        private Detected(Flood flood) {
            super(Http2Error.ENHANCE_YOUR_CALM, flood.code, ShutdownHint.HARD_SHUTDOWN);
            this.flood = flood;
        }

        Flood flood() {
            return flood;
        }

        /** The client causes as many as it likes, and nobody looks at the stack. */
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
