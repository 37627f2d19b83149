package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** gRPC calls of every kind between a client and a server of another making. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GrpcTest {

    private static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
    private static final MethodDescriptor<String, String> DOWN = method("Down", MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<String, String> UP = method("Up", MethodType.CLIENT_STREAMING);
    private static final MethodDescriptor<String, String> BOTH = method("Both", MethodType.BIDI_STREAMING);

    private Server server;
    private Rig rig;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder("test.Echo")
                        .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcTest::unary))
                        .addMethod(DOWN, ServerCalls.asyncServerStreamingCall(GrpcTest::down))
                        .addMethod(UP, ServerCalls.asyncClientStreamingCall(GrpcTest::up))
                        .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(GrpcTest::both))
                        .build())
                .build()
                .start();
        rig = Rig.startTo(
                URI.create("http://127.0.0.1:" + server.getPort()),
                Rig.Limits.DEFAULT,
                List.of(),
                Http2UpstreamTest.HTTP2,
                Optional.empty());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", rig.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        rig.close();
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }

    @Test
    void a_unary_call_is_answered() {
        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, options(), "hello"))
                .isEqualTo("re: hello");
    }

    @Test
    void a_message_larger_than_every_window_passes() {
        var large = "x".repeat(1_000_000);

        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, options(), large))
                .isEqualTo("re: " + large);
    }

    @Test
    void a_refusal_without_a_message_keeps_status_and_words() {
        var refused = refusal("fail");

        assertThat(refused.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(refused.getDescription()).isEqualTo("not today: 100%");
    }

    @Test
    void a_server_streams() {
        var answers = ClientCalls.blockingServerStreamingCall(channel, DOWN, options(), "3");

        assertThat(answers).toIterable().containsExactly("1", "2", "3");
    }

    @Test
    void a_client_streams() throws Exception {
        var answers = new Answers();
        var sending = ClientCalls.asyncClientStreamingCall(channel.newCall(UP, options()), answers);
        sending.onNext("a");
        sending.onNext("b");
        sending.onCompleted();

        assertThat(answers.next()).isEqualTo("ab");
        answers.ended.get(10, TimeUnit.SECONDS);
    }

    @Test
    void both_stream_in_turns() throws Exception {
        var answers = new Answers();
        var sending = ClientCalls.asyncBidiStreamingCall(channel.newCall(BOTH, options()), answers);
        sending.onNext("a");
        assertThat(answers.next()).isEqualTo("re: a");
        sending.onNext("b");
        assertThat(answers.next()).isEqualTo("re: b");
        sending.onCompleted();
        answers.ended.get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_server_that_is_gone_is_unavailable() throws Exception {
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);

        // 502 is UNAVAILABLE (gRPC, "HTTP to gRPC Status Code Mapping").
        assertThat(refusal("hello").getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private Status refusal(String request) {
        try {
            throw new AssertionError(ClientCalls.blockingUnaryCall(channel, UNARY, options(), request));
        } catch (StatusRuntimeException refused) {
            return refused.getStatus();
        }
    }

    private static CallOptions options() {
        return CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static void unary(String request, StreamObserver<String> answers) {
        if (request.equals("fail")) {
            answers.onError(Status.FAILED_PRECONDITION
                    .withDescription("not today: 100%")
                    .asRuntimeException());
        } else {
            answers.onNext("re: " + request);
            answers.onCompleted();
        }
    }

    private static void down(String request, StreamObserver<String> answers) {
        for (var number = 1; number <= Integer.parseInt(request); number++) {
            answers.onNext(Integer.toString(number));
        }
        answers.onCompleted();
    }

    private static StreamObserver<String> up(StreamObserver<String> answers) {
        var all = new ArrayList<String>();
        return new StreamObserver<>() {
            @Override
            public void onNext(String message) {
                all.add(message);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                answers.onNext(String.join("", all));
                answers.onCompleted();
            }
        };
    }

    private static StreamObserver<String> both(StreamObserver<String> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String message) {
                answers.onNext("re: " + message);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        };
    }

    /** What a call got, and whether it ended well. */
    private static final class Answers implements StreamObserver<String> {

        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

        String next() throws InterruptedException {
            return String.valueOf(messages.poll(10, TimeUnit.SECONDS));
        }

        @Override
        public void onNext(String message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            ended.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            ended.complete(true);
        }
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Echo", name))
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {

        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException broken) {
                throw new IllegalStateException(broken);
            }
        }
    }
}
