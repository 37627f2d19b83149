package io.modelgate.config;

/** A value that is never printed. Only {@link #reveal()} hands it out, so every use can be found. */
public final class Secret {

    public static final String MASK = "***";

    private final String value;

    public Secret(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a secret must not be empty");
        }
        this.value = value;
    }

    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return MASK;
    }
}
