package io.modelgate.token;

import io.modelgate.identity.Authority;
import io.modelgate.identity.Group;
import io.modelgate.identity.Principal;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns verified claims into a principal. A claim of the wrong shape gives nothing; it never gives more than was
 * configured, and no group name can become a role.
 */
final class PrincipalMapper {

    /** More groups than this are not looked at: what is left out can only take access away. */
    static final int MAX_GROUPS = 1_000;

    private static final int MAX_TEXT = 256;
    private static final Pattern EMAIL = Pattern.compile("[^@\\s\\p{Cntrl}]{1,64}@[^@\\s\\p{Cntrl}]{1,190}");

    private final String issuer;
    private final ClaimMapping mapping;

    /** @param issuer the issuer's identifier, part of every principal's identity */
    PrincipalMapper(String issuer, ClaimMapping mapping) {
        this.issuer = issuer;
        this.mapping = mapping;
    }

    /** Empty where the claims name nobody. */
    Optional<Principal> principal(Map<String, Object> claims, Set<String> scopes, Instant expiresAt) {
        var clientId = text(mapping.clientId(), claims);
        var subject = subject(claims, clientId);
        if (subject == null) {
            return Optional.empty();
        }
        var names = groupNames(claims);
        var groups = groups(names);
        var username = text(mapping.username(), claims);
        return Optional.of(new Principal(
                issuer,
                subject,
                username == null ? subject : username,
                text(mapping.userId(), claims),
                text(mapping.firstName(), claims),
                text(mapping.lastName(), claims),
                email(claims),
                clientId,
                groups,
                authorities(claims, names, groups, scopes, clientId),
                expiresAt,
                claims));
    }

    /**
     * The issuer's own name for the caller. A client stands for itself only where nobody else is named, not even by a
     * name that cannot be used.
     */
    private @Nullable String subject(Map<String, Object> claims, @Nullable String clientId) {
        var named = text(mapping.subject(), claims);
        var somebody = ClaimMapping.firstPresent(mapping.subject(), claims).isPresent();
        return somebody || clientId == null ? named : "client:" + clientId;
    }

    /** Group names as the issuer gives them, in its order, bounded. */
    Set<String> groupNames(Map<String, Object> claims) {
        var names = new LinkedHashSet<String>();
        var path = ClaimMapping.firstPresent(mapping.groups(), claims);
        var value = path.flatMap(p -> p.in(claims)).orElse(List.of());
        // Strings of a list only, and a lone string as one name: nothing is split, nested lists and objects are not
        // groups.
        var items = value instanceof List<?> list ? list : List.of(value);
        for (Object item : items) {
            if (item instanceof String name && names.size() < MAX_GROUPS) {
                names.add(mapping.stripSlash() && name.startsWith("/") ? name.substring(1) : name);
            }
        }
        return names;
    }

    private Set<Group> groups(Set<String> names) {
        var groups = new TreeSet<Group>();
        for (var name : names) {
            var full = mapping.prefix() + name;
            if (isPrintable(name)
                    && isPrintable(full)
                    && mapping.allow().stream().anyMatch(p -> p.matcher(name).matches())
                    && !isReserved(name)
                    && !isReserved(full)) {
                groups.add(new Group(full));
            }
        }
        return groups;
    }

    private Set<Authority> authorities(
            Map<String, Object> claims,
            Set<String> names,
            Set<Group> groups,
            Set<String> scopes,
            @Nullable String clientId) {
        var authorities = new TreeSet<Authority>();
        groups.forEach(group -> authorities.add(Authority.of(group)));
        scopes.forEach(scope -> authorities.add(Authority.ofScope(scope)));
        if (mapping.adminGroups().stream().anyMatch(names::contains)
                || mapping.adminClaims().stream().anyMatch(wanted -> holds(wanted, claims))) {
            authorities.add(Authority.ADMIN);
        }
        if (clientId != null && mapping.systemClients().contains(clientId) && ClientOnly.test(claims, clientId)) {
            authorities.add(Authority.SYSTEM);
        }
        return authorities;
    }

    private static boolean holds(ClaimMapping.ClaimValue wanted, Map<String, Object> claims) {
        var value = wanted.path().in(claims).orElse(List.of());
        var items = value instanceof List<?> list ? list.stream() : Stream.of(value);
        return items.filter(item -> item instanceof String || item instanceof Boolean || item instanceof Number)
                .anyMatch(item -> item.toString().equals(wanted.value()));
    }

    private @Nullable String email(Map<String, Object> claims) {
        var email = text(mapping.email(), claims);
        return email != null && EMAIL.matcher(email).matches() ? email : null;
    }

    /** The first candidate that is printable text or a number. */
    private static @Nullable String text(List<ClaimPath> candidates, Map<String, Object> claims) {
        return candidates.stream()
                .map(path -> scalar(path.in(claims).orElse(null)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String scalar(@Nullable Object value) {
        if (value instanceof Integer || value instanceof Long) {
            return value.toString();
        }
        return value instanceof String text && isPrintable(text) ? text : null;
    }

    /** Half a surrogate pair has no UTF-8: in an assertion it would turn into a question mark, and two names into one. */
    private static boolean isPrintable(String text) {
        return !text.isBlank()
                && text.length() <= MAX_TEXT
                && text.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    private static boolean isReserved(String name) {
        return name.equals(Group.ALL.name());
    }
}
