package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.modelgate.testkit.Scene;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** gRPC as an ingress passes it on: clear-text HTTP/2 in, a token in the metadata, HTTP/2 out. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GrpcFromIngressTest {

    private static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
    private static final MethodDescriptor<String, String> DOWN = method("Down", MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<String, String> BOTH = method("Both", MethodType.BIDI_STREAMING);

    /** A permit for each call whose caller has given up, as the server heard. */
    private static final Semaphore CANCELLED = new Semaphore(0);

    private static Server server;
    private static Scene scene;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder("test.Echo")
                        .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcFromIngressTest::unary))
                        .addMethod(DOWN, ServerCalls.asyncServerStreamingCall(GrpcFromIngressTest::down))
                        .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(GrpcFromIngressTest::both))
                        .build())
                .build()
                .start();
        scene = Scene.start("h2c-listen: 127.0.0.1:0", """
                  grpc: {url: 'http://127.0.0.1:%d', protocol: http2}
                routes: [{path: /test.Echo/*, upstream: grpc, access: authenticated}]
                """.formatted(server.getPort()));
        channel = NettyChannelBuilder.forAddress("127.0.0.1", scene.gateway().clearTextHttp2Port())
                .usePlaintext()
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        scene.close();
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }

    @Test
    void a_unary_call_is_answered() {
        assertThat(ClientCalls.blockingUnaryCall(known(), UNARY, soon(), "hello"))
                .isEqualTo("re: hello");
    }

    @Test
    void a_call_without_a_token_is_unauthenticated() {
        assertThat(refusal(channel, "hello").getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void a_refusal_keeps_status_and_words() {
        var refused = refusal(known(), "fail");
        assertThat(refused.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(refused.getDescription()).isEqualTo("not today: 100%");
    }

    @Test
    void a_server_streams_and_ends_in_its_own_words() {
        assertThat(ClientCalls.blockingServerStreamingCall(known(), DOWN, soon(), "3"))
                .toIterable()
                .containsExactly("1", "2", "3");
        var broken = ClientCalls.blockingServerStreamingCall(known(), DOWN, soon(), "-1");
        assertThat(broken.next()).isEqualTo("0");
        assertThatThrownBy(broken::next)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        end -> assertThat(end.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE));
    }

    @Test
    void both_stream_in_turns() throws Exception {
        var answers = new Answers();
        var sending = ClientCalls.asyncBidiStreamingCall(known().newCall(BOTH, soon()), answers);
        sending.onNext("a");
        assertThat(answers.next()).isEqualTo("re: a");
        sending.onNext("b");
        assertThat(answers.next()).isEqualTo("re: b");
        sending.onCompleted();
        assertThat(answers.next()).isEqualTo("OK");
    }

    @Test
    void a_call_that_is_cancelled_is_cancelled_at_the_server() throws Exception {
        var answers = new Answers();
        var context = Context.current().withCancellation();
        context.run(() -> {
            var sending = ClientCalls.asyncBidiStreamingCall(known().newCall(BOTH, CallOptions.DEFAULT), answers);
            sending.onNext("a");
        });
        assertThat(answers.next()).isEqualTo("re: a");
        context.cancel(null);
        assertCancelled();
    }

    @Test
    void a_deadline_that_passes_ends_the_call_at_the_server() throws Exception {
        var answers = new Answers();
        var sending = ClientCalls.asyncBidiStreamingCall(
                known().newCall(BOTH, CallOptions.DEFAULT.withDeadlineAfter(700, TimeUnit.MILLISECONDS)), answers);
        sending.onNext("a");
        assertThat(answers.next()).isEqualTo("re: a");
        assertThat(answers.next()).isEqualTo("DEADLINE_EXCEEDED");
        assertCancelled();
    }

    private static void assertCancelled() throws InterruptedException {
        assertThat(CANCELLED.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    }

    private static Channel known() {
        var metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), scene.bearer("ann", "staff"));
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static Status refusal(Channel to, String request) {
        try {
            throw new AssertionError(ClientCalls.blockingUnaryCall(to, UNARY, soon(), request));
        } catch (StatusRuntimeException refused) {
            return refused.getStatus();
        }
    }

    private static CallOptions soon() {
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

    /** As many as asked for; below none it is one, and a failure. */
    private static void down(String request, StreamObserver<String> answers) {
        var count = Integer.parseInt(request);
        if (count < 0) {
            answers.onNext("0");
            answers.onError(Status.OUT_OF_RANGE.asRuntimeException());
            return;
        }
        for (var number = 1; number <= count; number++) {
            answers.onNext(Integer.toString(number));
        }
        answers.onCompleted();
    }

    private static StreamObserver<String> both(StreamObserver<String> answers) {
        ((ServerCallStreamObserver<String>) answers).setOnCancelHandler(CANCELLED::release);
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

    /** What a call got, and at last the code of its status. */
    private static final class Answers implements StreamObserver<String> {

        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return String.valueOf(messages.poll(10, TimeUnit.SECONDS));
        }

        @Override
        public void onNext(String message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            messages.add(Status.fromThrowable(failure).getCode().name());
        }

        @Override
        public void onCompleted() {
            messages.add(Status.Code.OK.name());
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
