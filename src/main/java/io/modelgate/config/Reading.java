package io.modelgate.config;

/**
 * A configuration and what it was read from.
 *
 * @param value what the reader made of the file
 * @param keys what the file gave each key
 */
public record Reading<T>(T value, GivenKeys keys) {}
