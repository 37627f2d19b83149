package io.modelgate.http;

import org.jspecify.annotations.Nullable;

/**
 * An expected failure: something outside did not answer as it should. Carries no stack trace. Anything else that
 * fails a request is a bug and becomes a 500.
 */
public final class GatewayException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public GatewayException(Problem problem, @Nullable Throwable cause) {
        super(problem.type() + ": " + problem.detail(), cause, false, false);
        this.problem = problem;
    }

    public GatewayException(ProblemType type, String detail) {
        this(Problem.of(type, detail), null);
    }

    public GatewayException(ProblemType type, String detail, Throwable cause) {
        this(Problem.of(type, detail), cause);
    }

    public Problem problem() {
        return problem;
    }
}
