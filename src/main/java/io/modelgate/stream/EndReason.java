package io.modelgate.stream;

import java.util.Locale;

/**
 * Why a stream ended; the same word in the metric. Where the end is ours, what a WebSocket's ends are told: codes of
 * RFC 6455 §7.4.1 and the IANA WebSocket Close Code Number Registry.
 */
public enum EndReason {
    /** The two ends closed it in order. */
    CLOSED(0, ""),
    /** The client went away. */
    CLIENT_GONE(0, ""),
    /** The upstream went away without a word: Bad Gateway. */
    UPSTREAM_GONE(1014, "upstream gone"),
    /** Unauthorized: whoever wants to go on has to show a fresh token. */
    TOKEN_EXPIRED(3000, "token expired"),
    /** Unauthorized: logged out. */
    SESSION_ENDED(3000, "session ended"),
    /** Timeout. */
    IDLE(3008, "idle"),
    /** Going Away. */
    STOPPING(1001, "gateway stopping");

    private final int closeCode;
    private final String words;

    EndReason(int closeCode, String words) {
        this.closeCode = closeCode;
        this.words = words;
    }

    int closeCode() {
        return closeCode;
    }

    String words() {
        return words;
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
