package io.modelgate.token;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How one issuer's claims become a principal. Each list holds candidates in order; the first claim present wins.
 *
 * @param groups candidates for the access groups
 * @param stripSlash whether one leading {@code /} is cut off a group name, as Keycloak's group paths need
 * @param allow what group names must look like, {@code *} for any characters; others are dropped
 * @param prefix put before each group name, so that two issuers cannot speak for each other's groups
 * @param adminGroups groups, as the issuer names them, whose members are administrators
 * @param adminClaims claims that make an administrator
 * @param systemClients client ids whose client-only tokens are systems
 */
record ClaimMapping(
        List<ClaimPath> subject,
        List<ClaimPath> username,
        List<ClaimPath> userId,
        List<ClaimPath> firstName,
        List<ClaimPath> lastName,
        List<ClaimPath> email,
        List<ClaimPath> clientId,
        List<ClaimPath> groups,
        boolean stripSlash,
        List<Pattern> allow,
        String prefix,
        Set<String> adminGroups,
        List<ClaimValue> adminClaims,
        Set<String> systemClients) {

    /** A claim and the value it must have, or hold if it is a list: {@code realm_access.roles=modelgate-admin}. */
    record ClaimValue(ClaimPath path, String value) {

        static ClaimValue parse(String text) {
            var equals = text.indexOf('=');
            if (equals <= 0 || equals == text.length() - 1) {
                throw new IllegalArgumentException();
            }
            return new ClaimValue(new ClaimPath(text.substring(0, equals)), text.substring(equals + 1));
        }

        @Override
        public String toString() {
            return path + "=" + value;
        }
    }

    private static final ValueType<ClaimPath> PATH =
            new ValueType<>("claim path", "realm_access.roles", ClaimPath::new, ClaimPath::toString);
    private static final ValueType<ClaimValue> CLAIM_VALUE = new ValueType<>(
            "claim=value", "realm_access.roles=modelgate-admin", ClaimValue::parse, ClaimValue::toString);
    private static final ValueType<Pattern> GLOB =
            new ValueType<>("group pattern (* for any characters)", "team-*", ClaimMapping::glob, ClaimMapping::unglob);

    static ClaimMapping read(ConfigNode issuer) {
        var claims = issuer.section("claims");
        var groups = issuer.section("groups");
        var admins = issuer.section("admins");
        return new ClaimMapping(
                paths(claims, "subject", "sub", "user_id", "username", "user_name"),
                paths(claims, "username", "preferred_username", "username", "user_name", "sub"),
                paths(claims, "user-id", "user_id", "oid", "sub"),
                paths(claims, "first-name", "given_name", "first_name"),
                paths(claims, "last-name", "family_name", "last_name"),
                paths(claims, "email", "email"),
                paths(claims, "client-id", "azp", "client_id", "cid", "appid"),
                paths(groups, "claims", "groups", "memberOf", "group"),
                groups.optional("strip-slash", ValueTypes.flag(), false),
                groups.list("allow", GLOB, List.of(glob("*"))),
                groups.optional("prefix", ValueTypes.text("corp-")).orElse(""),
                Set.copyOf(admins.list("groups", ValueTypes.text("modelgate-admins"), List.of())),
                admins.list("claims", CLAIM_VALUE, List.of()),
                Set.copyOf(issuer.list("system-clients", ValueTypes.text("reporting-service"), List.of())));
    }

    /** The first candidate the claims hold, with its path. */
    static Optional<ClaimPath> firstPresent(List<ClaimPath> candidates, Map<String, Object> claims) {
        return candidates.stream().filter(path -> path.in(claims).isPresent()).findFirst();
    }

    private static List<ClaimPath> paths(ConfigNode node, String key, String... byDefault) {
        return node.list(key, PATH, Arrays.stream(byDefault).map(ClaimPath::new).toList());
    }

    private static Pattern glob(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException();
        }
        return Pattern.compile(Arrays.stream(text.split("\\*", -1))
                .map(literal -> literal.isEmpty() ? "" : Pattern.quote(literal))
                .collect(Collectors.joining(".*")));
    }

    private static String unglob(Pattern pattern) {
        return pattern.pattern().replace(".*", "*").replace("\\Q", "").replace("\\E", "");
    }
}
