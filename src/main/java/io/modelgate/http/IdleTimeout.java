package io.modelgate.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The idle timeout of a connection, which Vert.x sets once for all that happens on it, for those times in which it may be
 * quiet for longer. To be used on the event loop of the connection.
 */
public final class IdleTimeout {

    private static final AttributeKey<Extension> EXTENSION = AttributeKey.valueOf(IdleTimeout.class, "extension");

    /** Over HTTP/2 several may need one at a time. */
    private static final class Extension {
        private final long usual;
        private int wanted;

        Extension(long usual) {
            this.usual = usual;
        }
    }

    private IdleTimeout() {}

    /**
     * Makes it {@code idle} where it is shorter.
     *
     * @return puts the usual one back, once all who wanted a longer one have said so; to be run once
     */
    public static Runnable extend(ChannelPipeline pipeline, Duration idle) {
        var present = pipeline.get(IdleStateHandler.class);
        if (present == null) {
            return () -> {};
        }
        var attribute = pipeline.channel().attr(EXTENSION);
        var known = attribute.get();
        var extension = known == null ? new Extension(present.getAllIdleTimeInMillis()) : known;
        attribute.set(extension);
        extension.wanted++;
        if (idle.toMillis() > present.getAllIdleTimeInMillis()) {
            set(pipeline, idle.toMillis());
        }
        return () -> {
            extension.wanted--;
            if (extension.wanted == 0) {
                attribute.set(null);
                set(pipeline, extension.usual);
            }
        };
    }

    private static void set(ChannelPipeline pipeline, long millis) {
        var present = pipeline.context(IdleStateHandler.class);
        if (present != null) {
            pipeline.replace(
                    IdleStateHandler.class, present.name(), new IdleStateHandler(0, 0, millis, TimeUnit.MILLISECONDS));
        }
    }
}
