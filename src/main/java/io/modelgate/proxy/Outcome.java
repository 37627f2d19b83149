package io.modelgate.proxy;

import java.util.Locale;

/** How a decision came out, as the word in log lines and metric tags. */
enum Outcome {
    GRANTED,
    UNAUTHENTICATED,
    FORBIDDEN,
    LIMITED;

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
