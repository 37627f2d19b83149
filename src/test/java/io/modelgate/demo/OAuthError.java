package io.modelgate.demo;

/** An error answer of an OAuth2 endpoint (RFC 6749 §5.2). */
final class OAuthError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    OAuthError(int status, String code, String description) {
        super(description, null, false, false);
        this.status = status;
        this.code = code;
    }

    static OAuthError invalidRequest(String description) {
        return new OAuthError(400, "invalid_request", description);
    }

    static OAuthError invalidGrant(String description) {
        return new OAuthError(400, "invalid_grant", description);
    }

    static OAuthError invalidClient() {
        return new OAuthError(401, "invalid_client", "no such client, or not its secret");
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
