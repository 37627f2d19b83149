package io.modelgate.app;

/** What a process does. */
enum Role {
    /** The front door. */
    GATEWAY,
    /** The models, over the event bus. */
    MODEL
}
