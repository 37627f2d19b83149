package io.modelgate.bus;

/** What a request wants done with a collection or one entity of it. */
public enum Operation {
    FIND,
    GET,
    CREATE,
    REPLACE,
    PATCH,
    DELETE
}
