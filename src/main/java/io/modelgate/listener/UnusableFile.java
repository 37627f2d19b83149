package io.modelgate.listener;

/** What is wrong with a file of certificates or a key, and what would be right. Holds nothing of its content. */
final class UnusableFile extends Exception {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String wrong;
    private final String right;

    /** @param key of the configuration that names the file */
    UnusableFile(String key, String wrong, String right) {
        super(wrong + "; " + right, null, false, false);
        this.key = key;
        this.wrong = wrong;
        this.right = right;
    }

    String key() {
        return key;
    }

    String wrong() {
        return wrong;
    }

    String right() {
        return right;
    }
}
