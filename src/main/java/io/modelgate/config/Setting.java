package io.modelgate.config;

/**
 * What is known of one key after it was read: the material of {@code config show} and of the check that the example
 * file documents every key.
 *
 * @param key dotted path
 * @param type what may stand there, with unit and range: {@code duration, 1ms to 10m}
 * @param byDefault the value used where the key is absent; empty for a required key
 * @param value the effective value as text, secrets masked
 * @param given whether the file names the key
 */
public record Setting(String key, String type, String byDefault, String value, boolean given) {}
