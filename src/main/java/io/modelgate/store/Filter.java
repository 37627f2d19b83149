package io.modelgate.store;

import java.util.ArrayList;
import java.util.List;

/** Conditions that must all hold, as text; the store checks fields and types and makes the query. */
public record Filter(List<Condition> conditions) {

    record Condition(String field, Match match, String text) {}

    enum Match {
        EQUALS,
        CONTAINS
    }

    public Filter {
        conditions = List.copyOf(conditions);
    }

    public static Filter none() {
        return new Filter(List.of());
    }

    public Filter equal(String field, String value) {
        return with(new Condition(field, Match.EQUALS, value));
    }

    /** Text fields only; case does not matter, and no character of {@code part} means anything but itself. */
    public Filter containing(String field, String part) {
        return with(new Condition(field, Match.CONTAINS, part));
    }

    private Filter with(Condition condition) {
        var more = new ArrayList<>(conditions);
        more.add(condition);
        return new Filter(more);
    }
}
