package io.modelgate.demo;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The parameters of a form body; each at most once, and an empty one counts as absent (RFC 6749 §3.2). */
record Form(Map<String, String> parameters) {

    static Form parse(String body) {
        var parameters = new LinkedHashMap<String, String>();
        for (var pair : body.split("&", -1)) {
            var equals = pair.indexOf('=');
            var name = decode(equals < 0 ? pair : pair.substring(0, equals));
            var value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (!value.isEmpty() && parameters.put(name, value) != null) {
                throw OAuthError.invalidRequest("a parameter is given twice");
            }
        }
        return new Form(parameters);
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    String required(String name) {
        return get(name).orElseThrow(() -> OAuthError.invalidRequest("the parameter " + name + " is missing"));
    }

    static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            throw OAuthError.invalidRequest("broken percent-encoding");
        }
    }
}
