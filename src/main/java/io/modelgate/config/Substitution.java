package io.modelgate.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}}, {@code ${NAME:default}} and {@code ${file:path}} in a value. What comes in is not looked
 * at again, so a secret may hold a dollar sign.
 */
final class Substitution {

    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\{(file:([^}]+)|([A-Za-z_][A-Za-z0-9_]*)(:([^}]*))?)\\}");
    private static final long MAX_FILE_BYTES = 64 * 1024;

    private final Map<String, String> environment;
    private final Path directory;
    private final Set<Path> files = new LinkedHashSet<>();

    /** @param directory where relative {@code ${file:…}} paths start: the folder of the configuration file */
    Substitution(Map<String, String> environment, Path directory) {
        this.environment = Map.copyOf(environment);
        this.directory = directory;
    }

    /** Every file that was read so far, or could not be. */
    Set<Path> files() {
        return files;
    }

    /** Throws {@link IllegalArgumentException} whose message says what is missing. */
    String apply(String text) {
        if (text.indexOf("${") < 0) {
            return text;
        }
        var matcher = REFERENCE.matcher(text);
        var result = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(result, Matcher.quoteReplacement(value(matcher)));
        }
        return matcher.appendTail(result).toString();
    }

    private String value(Matcher matcher) {
        if (matcher.group(2) != null) {
            var file = directory.resolve(matcher.group(2));
            files.add(file);
            return read(file);
        }
        var value = environment.get(matcher.group(3));
        if (value != null) {
            return value;
        }
        if (matcher.group(4) == null) {
            throw new IllegalArgumentException("environment variable " + matcher.group(3) + " is not set");
        }
        return matcher.group(5);
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IllegalArgumentException("file " + file + " is larger than 64 KiB");
            }
            return Files.readString(file).stripTrailing();
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("file " + file + " cannot be read", unreadable);
        }
    }
}
