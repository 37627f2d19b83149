package io.modelgate.token;

import io.modelgate.identity.Reason;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One named demand on a token. The verifier stops at the first that does not hold; {@code modelgate token check}
 * shows them all. Both walk the same list, so what is shown is what is done.
 *
 * @param wanted what would hold, in words
 * @param got what the token says, in words; only asked for by a report
 * @param reason the verdict where it does not hold
 */
record Check<T>(String name, String wanted, Function<T, String> got, Predicate<T> holds, Reason reason) {

    static <T> Optional<Reason> firstFailure(List<Check<T>> checks, T subject) {
        for (var check : checks) {
            if (!check.holds.test(subject)) {
                return Optional.of(check.reason);
            }
        }
        return Optional.empty();
    }

    TokenInspection.Line line(T subject) {
        return new TokenInspection.Line(name, wanted, got.apply(subject), holds.test(subject));
    }
}
