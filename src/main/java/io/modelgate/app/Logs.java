package io.modelgate.app;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The log lines that still wait in memory. */
final class Logs {

    private Logs() {}

    /** Writes what is queued; nothing is logged after that. */
    static void flush() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}
