package io.modelgate.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used; carries every problem found, in the order of the file. */
public final class InvalidConfig extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    public InvalidConfig(String source, List<ConfigProblem> problems) {
        super(
                problems.stream()
                        .map(problem -> "  " + problem)
                        .collect(Collectors.joining(
                                "\n",
                                source + ": " + problems.size() + (problems.size() == 1 ? " problem\n" : " problems\n"),
                                "")),
                null,
                false,
                false);
        this.problems = List.copyOf(problems);
    }

    public List<ConfigProblem> problems() {
        return problems;
    }
}
