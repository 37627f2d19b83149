package io.modelgate.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.http.GatewayException;
import io.vertx.core.MultiMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §4.1 and §4.2.2; the key and its answer are those of §1.3. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HandshakeTest {

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    @Test
    void the_example_of_the_rfc() {
        assertThat(Handshake.accept(KEY)).isEqualTo(ACCEPT);
    }

    @ParameterizedTest
    @CsvSource({
        "websocket,  Upgrade,             '" + ACCEPT + "', ,         true",
        "WebSocket,  upgrade,             '" + ACCEPT + "', ,         true",
        "websocket,  'keep-alive,Upgrade','" + ACCEPT + "', chat,     true",
        "websocket,  Upgrade,             '" + ACCEPT + "', superchat,true",
        "websocket,  Upgrade,             '" + ACCEPT + "', other,    false",
        "websocket,  Upgrade,             '" + ACCEPT + "', 'chat, superchat', false",
        "websocket,  Upgrade,             '" + KEY + "',    ,         false",
        "websocket,  Upgrade,             ,                 ,         false",
        "websocket,  close,               '" + ACCEPT + "', ,         false",
        "h2c,        Upgrade,             '" + ACCEPT + "', ,         false",
        ",           Upgrade,             '" + ACCEPT + "', ,         false"
    })
    void an_answer_is_held_against_the_question(
            String upgrade, String connection, String accept, String protocol, boolean holds) {
        var question = headers("Sec-WebSocket-Key", KEY, "Sec-WebSocket-Protocol", "chat, superchat");
        var answer = headers(
                "Upgrade",
                upgrade,
                "Connection",
                connection,
                "Sec-WebSocket-Accept",
                accept,
                "Sec-WebSocket-Protocol",
                protocol);
        var handshake = Handshake.read(question);
        if (holds) {
            assertThatCode(() -> handshake.check(answer)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> handshake.check(answer)).isInstanceOf(GatewayException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZSE=="})
    void a_key_is_sixteen_bytes(String key) {
        var question = headers("Sec-WebSocket-Key", key);
        if (key.equals("dGhlIHNhbXBsZSBub25jZQ")) {
            // Without its padding it is the same key, and its answer is another one.
            assertThatCode(() -> Handshake.read(question)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> Handshake.read(question)).isInstanceOf(GatewayException.class);
        }
    }

    @Test
    void there_is_one_key() {
        assertThatThrownBy(() -> Handshake.read(headers())).isInstanceOf(GatewayException.class);
        assertThatThrownBy(() -> Handshake.read(headers("Sec-WebSocket-Key", KEY, "Sec-WebSocket-Key", KEY)))
                .isInstanceOf(GatewayException.class);
    }

    private static MultiMap headers(String... pairs) {
        var headers = MultiMap.caseInsensitiveMultiMap();
        for (var index = 0; index < pairs.length; index += 2) {
            if (pairs[index + 1] != null) {
                headers.add(pairs[index], pairs[index + 1]);
            }
        }
        return headers;
    }
}
