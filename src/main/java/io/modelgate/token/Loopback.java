package io.modelgate.token;

import java.net.URI;
import java.util.regex.Pattern;

/** Addresses that cannot leave this machine. Names are not resolved: {@code 127.example.org} is not one. */
final class Loopback {

    private static final Pattern HOST =
            Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1]", Pattern.CASE_INSENSITIVE);

    private Loopback() {}

    static boolean test(URI uri) {
        return uri.getHost() != null && HOST.matcher(uri.getHost()).matches();
    }
}
