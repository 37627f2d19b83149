package io.modelgate.config;

/**
 * One thing that is wrong in a configuration file.
 *
 * @param key dotted path, list positions in brackets: {@code routes[2].upstream}
 * @param line 1-based line in the file; 0 where the key is not in the file
 * @param wrong what is there
 * @param right what would be accepted
 */
public record ConfigProblem(String key, int line, String wrong, String right) {

    @Override
    public String toString() {
        var where = line > 0 ? "line " + line + ": " : "";
        return where + key + ": " + wrong + "; " + right;
    }
}
