package io.modelgate.app;

import java.io.IOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What this build is. */
final class Version implements IVersionProvider {

    /** The project's version, as the build wrote it. */
    static String current() {
        var properties = new Properties();
        try (var in = Version.class.getResourceAsStream("/modelgate.properties")) {
            properties.load(Objects.requireNonNull(in, "the build writes modelgate.properties"));
        } catch (IOException broken) {
            throw new IllegalStateException("modelgate.properties cannot be read", broken);
        }
        return properties.getProperty("version");
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "Modelgate " + current(),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
            System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
