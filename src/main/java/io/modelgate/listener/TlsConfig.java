package io.modelgate.listener;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import io.vertx.core.http.ClientAuth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How TLS is spoken where clients connect.
 *
 * @param certificates {@code certificates}: at least one; the first is shown to who names no host, or none of ours
 * @param clientAuthentication {@code client-authentication}: whether clients show one; default {@code none}
 * @param clientTrust {@code client-trust}: PEM files of the authorities that issue theirs; required unless {@code none}
 * @param versions from {@code min-version} on, default 1.2
 */
record TlsConfig(
        List<ServerCertificate.Files> certificates,
        ClientAuth clientAuthentication,
        List<Path> clientTrust,
        Set<String> versions) {

    private static final ValueType<String> VERSION = ValueTypes.text("1.2 or 1.3", Pattern.compile("1\\.[23]"), "1.2");

    TlsConfig {
        certificates = List.copyOf(certificates);
        clientTrust = List.copyOf(clientTrust);
        versions = Set.copyOf(versions);
    }

    /** Empty where the listener is clear text. Looks into the files, so that no start fails for what a check passed. */
    static Optional<TlsConfig> read(ConfigNode node) {
        var certificates = new ArrayList<ServerCertificate.Files>();
        for (var entry : node.sections("certificates")) {
            var files = ServerCertificate.Files.read(entry);
            if (entry.has("certificate") && entry.has("key")) {
                report(entry, files::load);
            }
            certificates.add(files);
        }
        var clients = node.optional("client-authentication", ValueTypes.choice(ClientAuth.class), ClientAuth.NONE);
        var trust = node.list("client-trust", ValueTypes.file("clients-ca.pem"), List.of());
        var least = node.optional("min-version", VERSION, "1.2");
        trust.forEach(
                file -> report(node, () -> PemFile.read("client-trust", file).certificates()));
        if (clients == ClientAuth.NONE != trust.isEmpty()) {
            node.problem(
                    "client-trust",
                    trust.isEmpty() ? "is missing" : "has no effect without client-authentication",
                    "give both: client-authentication, and PEM files of who issues the clients' certificates");
        }
        if (certificates.isEmpty() && node.present() && !isOff(node)) {
            node.problem("certificates", "is missing", "give a list of {certificate: FILE, key: FILE}");
        }
        return certificates.isEmpty()
                ? Optional.empty()
                : Optional.of(new TlsConfig(
                        certificates,
                        clients,
                        trust,
                        least.equals("1.3") ? Set.of("TLSv1.3") : Set.of("TLSv1.2", "TLSv1.3")));
    }

    /** An empty list alone says that there shall be no TLS; anything beside it, or nothing at all, does not. */
    private static boolean isOff(ConfigNode node) {
        return node.has("certificates")
                && Stream.of("client-authentication", "client-trust", "min-version")
                        .noneMatch(node::has);
    }

    private interface Load {
        Object from() throws UnusableFile;
    }

    private static void report(ConfigNode node, Load load) {
        try {
            var unused = load.from();
        } catch (UnusableFile file) {
            node.problem(file.key(), file.wrong(), file.right());
        }
    }

    /** Everything that is read from disk. */
    List<Path> files() {
        return Stream.concat(
                        certificates.stream().flatMap(each -> Stream.of(each.certificate(), each.key())),
                        clientTrust.stream())
                .toList();
    }
}
