package io.modelgate.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** What the code cannot leave to the logging configuration. */
final class Logs {

    private Logs() {}

    /** For a command whose output is for a person; {@code MODELGATE_LOG_LEVEL} shows the rest. */
    static void onlyErrors() {
        if (System.getenv("MODELGATE_LOG_LEVEL") == null
                && LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.ERROR);
        }
    }

    /** Writes what is queued; nothing is logged after that. */
    static void flush() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}
