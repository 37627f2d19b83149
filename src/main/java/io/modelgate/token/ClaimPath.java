package io.modelgate.token;

import java.util.Map;
import java.util.Optional;

/**
 * Where a claim may stand: {@code groups}, {@code realm_access.roles}, {@code https://example.org/groups}. A dot goes
 * one level down unless a claim has the whole text as its name.
 */
record ClaimPath(String text) {

    ClaimPath {
        if (text.isBlank()) {
            throw new IllegalArgumentException("a claim path has a name");
        }
    }

    /** The value there; JSON null is the same as absent. */
    Optional<Object> in(Map<String, Object> claims) {
        return find(claims, text);
    }

    private static Optional<Object> find(Map<?, ?> claims, String path) {
        if (claims.get(path) != null) {
            return Optional.ofNullable(claims.get(path));
        }
        for (var dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
            if (claims.get(path.substring(0, dot)) instanceof Map<?, ?> below) {
                var found = find(below, path.substring(dot + 1));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
