package io.modelgate.token;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a token stands for a client and for no user. A system client's own token is a system; a token a user got
 * through the same client is that user's.
 */
final class ClientOnly {

    /** What only a user has. A service account of some product that carries one is a user here: the safe mistake. */
    private static final List<String> USER_MARKS =
            List.of("user_id", "user_name", "email", "given_name", "family_name");

    private ClientOnly() {}

    static boolean test(Map<String, Object> claims, String clientId) {
        if (USER_MARKS.stream().anyMatch(claims::containsKey)) {
            return false;
        }
        // Entra ID says it outright; UAA names the grant.
        if (claims.get("idtyp") instanceof String kind) {
            return kind.equals("app");
        }
        if (claims.get("grant_type") instanceof String grant) {
            return grant.equals("client_credentials");
        }
        return isNoOtherName(claims, "username", clientId)
                && isNoOtherName(claims, "preferred_username", clientId)
                // RFC 9068 §2.2: sub is the client id where no resource owner is involved; Keycloak has an account.
                && (clientId.equals(claims.get("sub")) || isServiceAccount(claims.get("preferred_username"), clientId));
    }

    private static boolean isNoOtherName(Map<String, Object> claims, String claim, String clientId) {
        var name = claims.get(claim);
        return name == null || name.equals(clientId) || isServiceAccount(name, clientId);
    }

    private static boolean isServiceAccount(@Nullable Object name, String clientId) {
        return name instanceof String text && text.equalsIgnoreCase("service-account-" + clientId);
    }
}
