package io.modelgate.app;

/** When the configuration is read again. */
public enum ReloadMode {
    /** When the file, or one that it names, has changed; and when asked to. */
    ON_CHANGE,
    /** When asked to. */
    ON_REQUEST
}
