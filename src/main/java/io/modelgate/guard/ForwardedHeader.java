package io.modelgate.guard;

/**
 * The family of headers the trusted proxies write. Only this one is read: a client may have sent the other, and a proxy
 * hands on what it does not know.
 */
public enum ForwardedHeader {
    X_FORWARDED,
    FORWARDED
}
