package io.modelgate.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.VertxConnection;

/**
 * What a connection had read and not handed on when it was closed. Vert.x 5.0.12 parks the messages of a paused
 * connection and forgets them when it closes, and with them their pooled buffers: a client that stops reading and then
 * goes away would take memory with it each time. Letting the closed connection go on makes it release them itself.
 *
 * <p>To be called from the close handler of any HTTP/1.1 connection whose messages may have been held up.
 */
public final class UnreadMessages {

    /** Each request that waits behind another one stops the connection once more. */
    private static final int MAX_PIPELINED = 64;

    private UnreadMessages() {}

    public static void release(HttpConnection closed) {
        var connection = (VertxConnection) closed;
        connection.channelHandlerContext().executor().execute(() -> {
            for (var request = 0; request < MAX_PIPELINED; request++) {
                goOn(connection);
            }
        });
    }

    /** The metrics of Vert.x do not know the end of a request whose beginning was never handed on, and throw. */
    private static void goOn(VertxConnection connection) {
        try {
            connection.doResume();
        } catch (NullPointerException unknown) {
            // It stays resumed, with the rest unread; only from a pause it goes on.
            connection.doPause();
        }
    }
}
