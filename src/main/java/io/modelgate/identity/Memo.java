package io.modelgate.identity;

/**
 * The name under which something worked out about a caller is kept with them, see {@link Caller.Known#recall}. A new
 * one is a new name.
 *
 * @param <T> what is kept; safe for threads
 */
@SuppressWarnings("UnusedTypeParameter") // what may be kept under the name
public final class Memo<T> {}
