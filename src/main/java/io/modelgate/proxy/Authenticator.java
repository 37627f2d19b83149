package io.modelgate.proxy;

import io.modelgate.identity.Caller;
import io.modelgate.identity.Reason;
import io.modelgate.token.BearerToken;
import io.modelgate.token.TokenVerifier;
import io.modelgate.token.Verification;
import io.modelgate.trace.RequestTrace;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/**
 * The second room: whose request is this? A bearer token in {@code Authorization} (RFC 6750 §2.1), and nothing else:
 * a token in the query or the body is not looked at. An invalid token never falls back to another credential.
 */
final class Authenticator {

    private static final Future<Caller> NOBODY = nobody(Reason.NO_CREDENTIAL);
    private static final Future<Caller> MALFORMED = nobody(Reason.MALFORMED_TOKEN);
    private static final Future<Caller> TOO_LARGE = nobody(Reason.TOKEN_TOO_LARGE);
    private static final String SCHEME = "Bearer ";

    private Authenticator() {}

    /** Fails only where no verdict on the token could be reached. */
    static Future<Caller> identify(MultiMap headers, TokenVerifier verifier, RequestTrace trace) {
        var authorization = headers.get(HttpHeaders.AUTHORIZATION);
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return NOBODY;
        }
        if (authorization.length() - SCHEME.length() > BearerToken.MAX_LENGTH) {
            return TOO_LARGE;
        }
        var token = BearerToken.parse(authorization, SCHEME.length());
        if (token.isEmpty()) {
            return MALFORMED;
        }
        if (trace.isRecorded()) {
            trace.verify(verifier.remembers(token.get()));
        }
        return verifier.verify(token.get()).map(Authenticator::caller);
    }

    private static Caller caller(Verification verification) {
        return verification.fold(Verification.Valid::caller, invalid -> new Caller.Anonymous(invalid.reason()));
    }

    private static Future<Caller> nobody(Reason reason) {
        return Future.succeededFuture(new Caller.Anonymous(reason));
    }
}
