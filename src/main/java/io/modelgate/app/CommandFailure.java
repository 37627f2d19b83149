package io.modelgate.app;

/** A command could not do what was asked; the message tells the user why and what to do. */
final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandFailure(String message) {
        this(message, 1);
    }

    private CommandFailure(String message, int exitCode) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    /** The command was not called as it has to be. */
    static CommandFailure usage(String message) {
        return new CommandFailure(message, 2);
    }

    int exitCode() {
        return exitCode;
    }
}
