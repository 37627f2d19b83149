package io.modelgate.store;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import java.time.DateTimeException;
import java.time.Instant;

/** The types of fields that can be searched and sorted by. Each is one BSON scalar. */
public enum FieldType {
    TEXT {
        @Override
        Object read(String text) {
            if (text.length() > MAX_TEXT || text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException();
            }
            return text;
        }
    },
    INTEGER {
        @Override
        Object read(String text) {
            return Long.parseLong(text);
        }
    },
    FLAG {
        @Override
        Object read(String text) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException();
            };
        }
    },
    /** Stored as {@link Timestamps} writes it, so that text order is time order. */
    INSTANT {
        @Override
        Object read(String text) {
            return Timestamps.format(Instant.parse(text));
        }
    };

    private static final int MAX_TEXT = 1024;

    abstract Object read(String text);

    /** The value as it is stored; {@code BAD_REQUEST} where the text is no such value. */
    Object parse(String field, String text) {
        try {
            return read(text);
        } catch (IllegalArgumentException | DateTimeException notOfTheType) {
            throw new GatewayException(ProblemType.BAD_REQUEST, "The value given for " + field + " is not accepted.");
        }
    }
}
