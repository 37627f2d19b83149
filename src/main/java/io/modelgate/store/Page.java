package io.modelgate.store;

/**
 * A stretch of an ordered result.
 *
 * @param number 0-based
 * @param size entities per page, 1 to {@value #MAX_SIZE}
 */
public record Page(int number, int size) {

    public static final int MAX_SIZE = 500;
    public static final int DEFAULT_SIZE = 20;

    public Page {
        if (number < 0 || size < 1 || size > MAX_SIZE || (long) number * size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a page has a number from 0 and a size of 1 to " + MAX_SIZE);
        }
    }

    int offset() {
        return number * size;
    }
}
