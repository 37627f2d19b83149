package io.modelgate.token;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where an issuer's keys come from, and how long they are good for.
 *
 * @param uri an explicit address; empty: from discovery, unless there is a document
 * @param document the set itself as JSON; it is never fetched and never stale
 * @param refresh how old a set gets before it is fetched again in the background
 * @param coolDown how long after an unknown {@code kid} made us fetch no other one does
 * @param maxStale how old a set may get while the issuer cannot be reached
 */
record JwksConfig(
        Optional<URI> uri, Optional<String> document, Duration refresh, Duration coolDown, Duration maxStale) {

    private static final int MAX_FILE = 1024 * 1024;

    static JwksConfig read(ConfigNode issuer) {
        var uri = issuer.optional("jwks-uri", ValueTypes.uri("https://login.example.org/jwks", "https", "http"));
        var file = issuer.optional("jwks-file", ValueTypes.file("conf/idp-keys.json"));
        var inline = issuer.optional("jwks-inline", ValueTypes.text("{\"keys\": []}"));
        if (Stream.of(uri, file, inline).filter(Optional::isPresent).count() > 1) {
            issuer.problem(
                    "jwks-uri",
                    "there is more than one source of keys",
                    "keep one of jwks-uri, jwks-file, jwks-inline");
        }
        var key = file.isPresent() ? "jwks-file" : "jwks-inline";
        var document = inline.or(() -> file.flatMap(path -> text(issuer, path)));
        document.ifPresent(json -> {
            if (JwkSet.parse(json, CryptoProvider.jdk()).map(JwkSet::size).orElse(0) == 0) {
                issuer.problem(key, "holds no usable public key", "give a JWK set (RFC 7517) of signature keys");
            }
        });
        var section = issuer.section("jwks");
        var config = new JwksConfig(
                uri,
                document,
                section.optional("refresh", ValueTypes.duration("10s", "24h"), Duration.ofMinutes(5)),
                section.optional("cool-down", ValueTypes.duration("1s", "1h"), Duration.ofSeconds(30)),
                section.optional("max-stale", ValueTypes.duration("1m", "168h"), Duration.ofHours(4)));
        if (config.maxStale.compareTo(config.refresh) <= 0) {
            section.problem("max-stale", "is not longer than refresh", "give a longer one");
        }
        return config;
    }

    private static Optional<String> text(ConfigNode issuer, Path file) {
        try {
            if (Files.size(file) <= MAX_FILE) {
                return Optional.of(Files.readString(file));
            }
        } catch (IOException unreadable) {
            // Reported below like a file that is too large: the remedy is the same.
        }
        issuer.problem("jwks-file", "file " + file + " cannot be read", "name a readable file of at most 1 MiB");
        return Optional.empty();
    }
}
