package io.modelgate.stream;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a client asked for when it opened a WebSocket, to hold the upstream's answer against (RFC 6455 §4.1). Extensions
 * are between the two ends.
 */
public final class Handshake {

    private static final String KEY = "Sec-WebSocket-Key";
    private static final String ACCEPT = "Sec-WebSocket-Accept";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    private final String accept;
    private final Set<String> protocols;

    private Handshake(String accept, Set<String> protocols) {
        this.accept = accept;
        this.protocols = protocols;
    }

    /** @throws GatewayException {@code BAD_REQUEST} where there is no key of 16 bytes */
    public static Handshake read(MultiMap request) {
        var keys = request.getAll(KEY);
        if (keys.size() != 1 || !isKey(keys.get(0).strip())) {
            throw new GatewayException(ProblemType.BAD_REQUEST, "The Sec-WebSocket-Key is missing or malformed.");
        }
        return new Handshake(
                accept(keys.get(0).strip()), tokens(request.getAll(PROTOCOL)).collect(Collectors.toUnmodifiableSet()));
    }

    /** @throws GatewayException {@code UPSTREAM_UNREACHABLE} where a 101 is no answer to this */
    public void check(MultiMap answer) {
        var upgrade = answer.getAll(HttpHeaders.UPGRADE);
        var accepted = answer.getAll(ACCEPT);
        var chosen = answer.getAll(PROTOCOL);
        var holds = upgrade.size() == 1
                && upgrade.get(0).strip().equalsIgnoreCase("websocket")
                && tokens(answer.getAll(HttpHeaders.CONNECTION)).anyMatch("upgrade"::equalsIgnoreCase)
                && accepted.size() == 1
                && accepted.get(0).strip().equals(accept)
                && (chosen.isEmpty()
                        || (chosen.size() == 1
                                && protocols.contains(chosen.get(0).strip())));
        if (!holds) {
            throw new GatewayException(
                    ProblemType.UPSTREAM_UNREACHABLE, "The upstream's answer opens no WebSocket that was asked for.");
        }
    }

    /** RFC 6455 §4.2.2, step 5.4. */
    static String accept(String key) {
        try {
            var sha1 = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(sha1);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static Stream<String> tokens(List<String> lists) {
        return lists.stream().flatMap(list -> Arrays.stream(list.split(","))).map(String::strip);
    }
}
