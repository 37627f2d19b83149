package io.modelgate.answer;

import io.modelgate.http.Problem;
import java.util.Map;
import java.util.Optional;

/**
 * How somebody is turned away.
 *
 * @param status of the answer; may differ from the problem's own
 * @param problem the body; empty for a redirect
 */
public record Refusal(int status, Map<String, String> headers, Optional<Problem> problem) {

    /** What the form of a refusal depends on (RFC 9110 §12.5.5). */
    static final String VARY = "Accept, Authorization, Cookie, Sec-Fetch-Mode, Sec-Fetch-Dest, X-Requested-With";

    public Refusal {
        headers = Map.copyOf(headers);
    }
}
