package io.modelgate.identity;

import java.util.Locale;

/**
 * Why a credential did not hold or a request was refused. A closed set: the same word stands in the log line, the
 * metric tag, the response and the test.
 */
public enum Reason {
    NO_CREDENTIAL,
    MALFORMED_TOKEN,
    TOKEN_TOO_LARGE,
    UNSUPPORTED_ALGORITHM,
    FORBIDDEN_HEADER,
    UNKNOWN_KEY,
    BAD_SIGNATURE,
    UNKNOWN_ISSUER,
    WRONG_ISSUER,
    WRONG_AUDIENCE,
    WRONG_TYPE,
    NO_EXPIRY,
    EXPIRED,
    NOT_YET_VALID,
    MISSING_CLAIM,
    INACTIVE,
    NOT_IN_GROUP,
    MISSING_AUTHORITY,
    CONDITION_FALSE,
    NO_RULE,
    RATE_LIMITED,
    TOO_MANY_IN_FLIGHT,
    ALLOWED;

    /** {@code wrong_audience}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
