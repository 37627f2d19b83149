package io.modelgate.token;

import java.util.List;

/** Every check of one token, in order, whether it holds or not: what {@code modelgate token check} prints. */
public record TokenInspection(List<Line> lines) {

    /** What would hold and what the token says, both in words; never the token itself. */
    public record Line(String name, String wanted, String got, boolean ok) {}

    public TokenInspection {
        lines = List.copyOf(lines);
    }

    /** Whether the gateway would let the token in. */
    public boolean ok() {
        return lines.stream().allMatch(Line::ok);
    }
}
