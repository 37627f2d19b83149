package io.modelgate.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.testkit.Requires;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestAuthority.Issued;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every problem with a file is found before anything listens, with the key that names it and what to do. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TlsConfigTest {

    @TempDir
    private static Path directory;

    private static TestAuthority authority;
    private static Issued ec;
    private static Issued rsa;

    @BeforeAll
    static void certificates() throws Exception {
        authority = TestAuthority.create(directory);
        ec = authority.issue("ec", "ec.example");
        rsa = authority.issue("rsa", builder -> builder.rsa2048());
    }

    @Test
    void without_certificates_the_listener_is_clear_text() {
        assertThat(read("").scheme()).isEqualTo("http");
        assertThat(read("tls: {certificates: []}").scheme()).isEqualTo("http");
        assertThat(read("tls: {certificates: [" + ec.yaml() + "]}").scheme()).isEqualTo("https");
    }

    @Test
    void every_key_is_read() throws Exception {
        var tls = read("tls: {certificates: [" + ec.yaml() + ", " + rsa.yaml()
                        + "], min-version: 1.3, client-authentication: request, client-trust: '"
                        + authority.certificate() + "'}")
                .tls()
                .orElseThrow();
        assertThat(tls.versions()).containsExactly("TLSv1.3");
        assertThat(tls.clientAuthentication()).hasToString("REQUEST");
        assertThat(tls.files())
                .containsExactly(ec.certificate(), ec.key(), rsa.certificate(), rsa.key(), authority.certificate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tls: {}",
                "tls: {min-version: 1.3}",
                "tls: {certificates: [], client-authentication: required, client-trust: CA}",
            })
    void settings_of_tls_without_a_certificate_are_not_passed_over(String keys) throws Exception {
        refused(keys.replace("CA", "'" + authority.certificate() + "'"))
                .hasMessageContaining("gateway.tls.certificates: is missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "required | client-trust: is missing",
                "request  | client-trust: is missing",
                "always   | is not accepted",
            })
    void clients_are_asked_for_certificates_only_with_an_authority_to_check_them(String mode, String problem) {
        refused("tls: {certificates: [" + ec.yaml() + "], client-authentication: " + mode + "}")
                .hasMessageContaining(problem);
    }

    @Test
    void an_authority_without_a_use_is_a_problem() throws Exception {
        refused("tls: {certificates: [" + ec.yaml() + "], client-trust: '" + authority.certificate() + "'}")
                .hasMessageContaining("gateway.tls.client-trust: has no effect without client-authentication");
        refused("tls: {certificates: [" + ec.yaml() + "], client-authentication: required, client-trust: nowhere.pem}")
                .hasMessageContaining("gateway.tls.client-trust: \"nowhere.pem\" does not exist");
    }

    @Test
    void a_listener_without_client_certificates_beside_one_that_requires_them_is_a_problem() throws Exception {
        refused("{tls: {certificates: [" + ec.yaml() + "], client-authentication: required, client-trust: '"
                        + authority.certificate() + "'}, h2c-listen: '127.0.0.1:8081'}")
                .hasMessageContaining("gateway.h2c-listen: lets clients in without the certificate");
    }

    @Test
    void a_version_before_1_2_is_a_problem() {
        refused("tls: {certificates: [" + ec.yaml() + "], min-version: 1.1}").hasMessageContaining("give 1.2 or 1.3");
    }

    @Test
    void all_problems_with_files_are_found_at_once() throws Exception {
        var garbage = Files.writeString(directory.resolve("garbage.pem"), "garbage");
        var broken = Files.writeString(
                directory.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        refused("tls: {certificates: [" + pair("nowhere.pem", ec.key()) + ", " + pair(garbage, ec.key()) + ", "
                        + pair(broken, ec.key()) + ", " + pair(ec.certificate(), garbage) + ", "
                        + pair(ec.certificate(), rsa.key()) + ", " + pair(ec.certificate(), directory) + ", {}]}")
                .hasMessageContainingAll(
                        "certificates[0].certificate: \"nowhere.pem\" does not exist",
                        "certificates[1].certificate: \"" + garbage + "\" holds no certificate",
                        "certificates[2].certificate: \"" + broken + "\" holds a certificate that cannot be read",
                        "certificates[3].key: \"" + garbage + "\" holds no private key",
                        "certificates[4].key: \"" + rsa.key() + "\" is not the key of the certificate",
                        "certificates[5].key: \"" + directory + "\" cannot be read",
                        "certificates[6].certificate: is missing",
                        "certificates[6].key: is missing");
    }

    @Test
    void a_key_of_another_certificate_of_the_same_kind_is_a_problem() throws Exception {
        refused("tls: {certificates: ["
                        + pair(ec.certificate(), authority.issue("other", "x").key()) + "]}")
                .hasMessageContaining("is not the key of the certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-traditional", ""})
    void an_encrypted_key_is_a_problem(String form) throws Exception {
        var encrypted = directory.resolve("encrypted.key");
        openssl("pkey -aes128 -passout pass:secret -in " + rsa.key() + " -out " + encrypted + " " + form);
        refused("tls: {certificates: [" + pair(rsa.certificate(), encrypted) + "]}")
                .hasMessageContaining("\"" + encrypted + "\" is encrypted");
    }

    /** RFC 8017 appendix A.1.2 and RFC 5915, which older tools write. */
    @Test
    void a_key_in_the_form_of_its_own_algorithm_is_read() throws Exception {
        for (var issued : new Issued[] {rsa, ec}) {
            var old = directory.resolve("traditional.key");
            openssl("pkey -traditional -in " + issued.key() + " -out " + old);
            assertThat(Files.readString(old)).containsPattern("BEGIN (RSA|EC) PRIVATE KEY");
            assertThat(new ServerCertificate.Files(issued.certificate(), old)
                            .load()
                            .key()
                            .getEncoded())
                    .isNotEmpty();
        }
    }

    @Test
    void certificate_and_key_may_stand_in_one_file() throws Exception {
        var both = Files.writeString(
                directory.resolve("both.pem"), Files.readString(ec.key()) + Files.readString(ec.certificate()));
        assertThat(read("tls: {certificates: [" + pair(both, both) + "]}").scheme())
                .isEqualTo("https");
    }

    private static void openssl(String arguments) throws Exception {
        var command = (Requires.tool("openssl") + " " + arguments).strip().split(" +");
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private static String pair(Object certificate, Object key) {
        return "{certificate: '" + certificate + "', key: '" + key + "'}";
    }

    private static ListenerConfig read(String keys) {
        return ConfigFile.of("test", "gateway: " + (keys.startsWith("{") ? keys : "{" + keys + "}"), Map.of())
                .read(root -> {
                    var gateway = root.section("gateway");
                    return ListenerConfig.read(gateway, root.section("limits"));
                });
    }

    private static AbstractThrowableAssert<?, ?> refused(String keys) {
        return assertThatThrownBy(() -> read(keys));
    }
}
