package io.modelgate.management;

import io.modelgate.config.ConfigProblem;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What came of reading the configuration again. */
public sealed interface ReloadResult {

    /**
     * The new configuration is in force.
     *
     * @param changed keys whose new values are
     * @param needsRestart keys that still have the values the process was started with
     */
    record Applied(Set<String> changed, Set<String> needsRestart) implements ReloadResult {
        public Applied {
            changed = Set.copyOf(changed);
            needsRestart = Set.copyOf(needsRestart);
        }
    }

    /** Nothing differs that could change while the process runs. */
    record Unchanged(Set<String> needsRestart) implements ReloadResult {
        public Unchanged {
            needsRestart = Set.copyOf(needsRestart);
        }
    }

    /** The old configuration is still in force, whole. */
    record Refused(List<ConfigProblem> problems) implements ReloadResult {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    /** Another reload is at it. */
    record Busy() implements ReloadResult {}

    default void match(
            Consumer<Applied> applied, Consumer<Unchanged> unchanged, Consumer<Refused> refused, Consumer<Busy> busy) {
        if (this instanceof Applied a) {
            applied.accept(a);
        } else if (this instanceof Unchanged u) {
            unchanged.accept(u);
        } else if (this instanceof Refused r) {
            refused.accept(r);
        } else {
            busy.accept((Busy) this);
        }
    }
}
