package io.modelgate.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.config.ConfigFile;
import io.modelgate.http.RequestId;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TracingTest {

    @Test
    void off_there_is_nothing_but_constants() throws Exception {
        var vertx = Vertx.vertx();
        var meters = new SimpleMeterRegistry();
        try {
            var config = ConfigFile.of("test", "{}", Map.of()).read(TracingConfig::read);
            var tracing = Tracing.start(vertx, config, "1.0", meters);

            assertThat(tracing).isSameAs(Tracing.off());
            // No request is looked at: there is none.
            assertThat(tracing.begin(null, true, RequestId.random(), "https")).isSameAs(RequestTrace.none());
            assertThat(meters.getMeters()).isEmpty();
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }
}
