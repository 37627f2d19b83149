package io.modelgate.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A fresh key pair with a self-signed certificate for one host name, made with the JDK's own tool.
 *
 * @param store PKCS #12, password {@code changeit}
 * @param certificate PEM
 */
public record TestKeys(Path store, Path certificate) {

    public static TestKeys create(Path directory, String host) throws IOException, InterruptedException {
        return create(directory, host, "dns:" + host);
    }

    /** @param subject alternative name, such as {@code ip:127.0.0.1} */
    public static TestKeys create(Path directory, String host, String subject)
            throws IOException, InterruptedException {
        var store = directory.resolve(host + ".p12");
        var certificate = directory.resolve(host + ".pem");
        keytool("-genkeypair -keyalg EC -groupname secp256r1 -alias k -dname CN=" + host + " -ext san=" + subject
                + " -storetype PKCS12 -storepass changeit -validity 2 -keystore " + store);
        keytool("-exportcert -rfc -alias k -storepass changeit -keystore " + store + " -file " + certificate);
        return new TestKeys(store, certificate);
    }

    private static void keytool(String arguments) throws IOException, InterruptedException {
        var tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        var process = new ProcessBuilder((tool + " " + arguments).split(" "))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("keytool failed");
        }
    }
}
