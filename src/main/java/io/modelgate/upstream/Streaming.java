package io.modelgate.upstream;

import io.modelgate.http.GatewayException;
import io.netty.channel.ChannelHandler;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.function.Consumer;

/** Who is asked when an exchange turns out to be one that lasts; on the event loop of the exchange. */
public interface Streaming {

    /**
     * The upstream answers with {@code text/event-stream}; nothing was sent to the client yet.
     *
     * @param ended when the exchange is over, however that came
     * @param end ends the response at once, and in order where its length was not told; to be called on this event loop
     * @return how long the stream may stand still
     * @throws GatewayException where there shall be no such stream: the answer instead of the upstream's
     */
    Duration events(Future<Void> ended, Runnable end);

    /**
     * The upstream answers an upgrade with 101; nothing was sent to the client yet, whose response has the headers that
     * may pass.
     *
     * @param answer the headers as the upstream sent them
     * @param join hands the connection to the upstream over to a handler, which gets all that comes after the answer in
     *     pieces as they come; nobody else closes the connection then
     * @throws GatewayException where the answer does not hold: the answer instead; nothing was joined then
     */
    void switched(MultiMap answer, Consumer<ChannelHandler> join);
}
