package io.modelgate.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.http.GatewayException;
import io.modelgate.token.BearerToken;
import io.modelgate.token.CryptoProvider;
import io.modelgate.token.Issuers;
import io.modelgate.token.TokenInspection;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "token",
        description = "Look at a token the way the gateway does.",
        mixinStandardHelpOptions = true,
        subcommands = TokenCommand.Check.class)
final class TokenCommand implements Runnable {

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do, for example: modelgate token check -");
    }

    @Command(
            name = "check",
            description = "Print each check of a token: what was wanted, what it says.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "The token is read from standard input, so that it stays out of the process list and the history:",
                "  modelgate token check --config modelgate.yaml - < token.txt",
                "",
                "Exit code 0: the gateway would let it in, 1: not."
            })
    static final class Check implements Callable<Integer> {

        private static final int SECONDS = 30;

        @Spec
        CommandSpec spec;

        @Mixin
        ConfigOption config = new ConfigOption();

        @Parameters(paramLabel = "-", description = "Read the token from standard input.")
        String source = "-";

        @Override
        public Integer call() throws IOException {
            if (!source.equals("-")) {
                throw new ParameterException(
                        spec.commandLine(), "A token is only read from standard input: write - and pipe it in.");
            }
            Logs.onlyErrors();
            var valid = config.file().read(GatewayConfig::read);
            var text = new String(System.in.readNBytes(BearerToken.MAX_LENGTH + 1), StandardCharsets.UTF_8).strip();
            var token = BearerToken.parse(text)
                    .orElseThrow(
                            () -> new CommandFailure(
                                    "Standard input holds no bearer token (RFC 6750 §2.1): 1 to 16384 letters, digits and -._~+/"));
            return print(inspect(valid, token));
        }

        private int print(TokenInspection inspection) {
            var out = spec.commandLine().getOut();
            var width = inspection.lines().stream()
                    .mapToInt(line -> line.name().length())
                    .max()
                    .orElse(0);
            for (var line : inspection.lines()) {
                out.printf(
                        "%s  %-" + width + "s  wanted %s, got %s%n",
                        line.ok() ? "ok  " : "FAIL",
                        line.name(),
                        line.wanted(),
                        line.got());
            }
            out.println(
                    inspection.ok() ? "The gateway would let this token in." : "The gateway would refuse this token.");
            return inspection.ok() ? 0 : 1;
        }

        /** What a provider failed at stands in the cause; what that means for a caller is said in ours. */
        private static String reason(@Nullable Throwable failure) {
            var cause = failure == null ? null : failure.getCause();
            return failure instanceof GatewayException expected
                    ? expected.problem().detail() + (cause == null ? "" : " " + cause.getMessage() + ".")
                    : String.valueOf(failure);
        }

        private static TokenInspection inspect(GatewayConfig valid, BearerToken token) {
            var vertx = Vertx.vertx();
            try {
                var issuers = Issuers.create(
                        vertx,
                        valid.tokens(),
                        CryptoProvider.choose(),
                        InstantSource.system(),
                        new SimpleMeterRegistry());
                return issuers.start()
                        .compose(started -> issuers.inspect(Set.of(), token))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException unreachable) {
                throw new CommandFailure("No verdict: " + reason(unreachable.getCause()));
            } catch (TimeoutException late) {
                throw new CommandFailure("No verdict: the token's issuer did not answer within " + SECONDS + " s.");
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CommandFailure("Interrupted.");
            } finally {
                vertx.close().onComplete(closed -> {});
            }
        }
    }
}
