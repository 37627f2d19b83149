package io.modelgate.token;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Reads registered claims (RFC 7519 §4.1) out of JSON that may hold anything. JSON null is the same as absent. */
final class ClaimReader {

    private static final Object ABSENT = new Object();
    private static final long LAST_SECOND = 253_402_300_799L;
    private static final int MAX_SCOPES = 200;
    private static final int MAX_SCOPE_LENGTH = 256;

    private ClaimReader() {}

    /** Whether every registered claim that is present has the type its RFC gives it. */
    static boolean isWellTyped(JsonObject claims) {
        return Stream.of("exp", "nbf", "iat").allMatch(name -> isAbsentOr(claims, name, ClaimReader::isNumericDate))
                && Stream.of("iss", "sub", "jti", "client_id", "azp", "sid", "typ")
                        .allMatch(name -> isAbsentOr(claims, name, String.class::isInstance))
                && isAbsentOr(claims, "aud", ClaimReader::isStringOrStrings)
                && Stream.of("scope", "scp").allMatch(name -> isAbsentOr(claims, name, ClaimReader::isStringOrStrings));
    }

    /** Seconds since 1970, fractions cut off; up to the year 9999. */
    static Optional<Instant> instant(JsonObject claims, String name) {
        var value = value(claims, name);
        return isNumericDate(value)
                ? Optional.of(Instant.ofEpochSecond(((Number) value).longValue()))
                : Optional.empty();
    }

    static Optional<String> text(JsonObject claims, String name) {
        return value(claims, name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    static Set<String> audience(JsonObject claims) {
        return strings(value(claims, "aud"));
    }

    /** Whom the token was issued to: {@code azp}, {@code client_id}, UAA's {@code cid}, Entra's {@code appid}. */
    static Optional<String> client(JsonObject claims) {
        return Stream.of("azp", "client_id", "cid", "appid")
                .map(name -> text(claims, name))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** {@code scope} as text or list, or {@code scp}; bounded, only characters RFC 6749 §3.3 allows. */
    static Set<String> scopes(JsonObject claims) {
        var scopes = new LinkedHashSet<String>();
        for (var name : List.of("scope", "scp")) {
            strings(value(claims, name)).stream()
                    .flatMap(text -> Arrays.stream(text.split(" ", -1)))
                    .filter(ClaimReader::isScope)
                    .limit(MAX_SCOPES)
                    .forEach(scopes::add);
        }
        return scopes;
    }

    private static boolean isScope(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_SCOPE_LENGTH
                && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '"' && c != '\\');
    }

    private static Set<String> strings(Object value) {
        var result = new LinkedHashSet<String>();
        if (value instanceof String text) {
            result.add(text);
        } else if (value instanceof List<?> list) {
            list.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .forEach(result::add);
        }
        return result;
    }

    private static boolean isAbsentOr(JsonObject claims, String name, Predicate<Object> type) {
        var value = value(claims, name);
        return value == ABSENT || type.test(value);
    }

    private static boolean isNumericDate(Object value) {
        return (value instanceof Integer || value instanceof Long || value instanceof Double)
                && ((Number) value).doubleValue() >= 0
                && ((Number) value).doubleValue() <= LAST_SECOND;
    }

    private static boolean isStringOrStrings(Object value) {
        return value instanceof String
                || (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance));
    }

    private static Object value(JsonObject claims, String name) {
        var value = claims.getMap().get(name);
        return value == null ? ABSENT : value;
    }
}
