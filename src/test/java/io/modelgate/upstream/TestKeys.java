package io.modelgate.upstream;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A fresh key pair with a self-signed certificate for one host name, made with the JDK's own tool.
 *
 * @param store PKCS #12, password {@code changeit}
 * @param certificate PEM
 */
record TestKeys(Path store, Path certificate) {

    static TestKeys create(Path directory, String host) throws IOException, InterruptedException {
        var store = directory.resolve(host + ".p12");
        var certificate = directory.resolve(host + ".pem");
        keytool("-genkeypair -keyalg EC -groupname secp256r1 -alias k -dname CN=" + host + " -ext san=dns:" + host
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
