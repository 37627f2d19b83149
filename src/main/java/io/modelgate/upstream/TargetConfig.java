package io.modelgate.upstream;

import io.modelgate.balance.Member;
import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import java.net.URI;
import java.util.List;

/**
 * One target of an upstream; a name that stands for several addresses is as many.
 *
 * @param url {@code url}: {@code http://host:port} or {@code https://host:port}, nothing more
 * @param weight {@code weight}: its share beside the others', 1 to 256; default 1
 */
public record TargetConfig(URI url, int weight) {

    private static final ValueType<URI> URL = ValueTypes.uri("http://127.0.0.1:8282", "http", "https");

    /** Reads {@code url}, or {@code targets} where there are several. */
    static List<TargetConfig> readAll(ConfigNode node) {
        if (!node.has("targets")) {
            return List.of(new TargetConfig(url(node), 1));
        }
        if (node.has("url")) {
            var unused = node.required("url", URL);
            node.problem("url", "is given beside targets", "keep one of the two");
        }
        var targets = node.sections("targets").stream()
                .map(target -> new TargetConfig(url(target), target.optional("weight", ValueTypes.integer(1, 256), 1)))
                .toList();
        if (targets.isEmpty()) {
            node.problem("targets", "is empty", "give a url for each");
            return List.of(new TargetConfig(URL.parser().apply(URL.example()), 1));
        }
        if (targets.stream().map(target -> target.url().getScheme()).distinct().count() > 1) {
            node.problem("targets", "has both http and https", "use one scheme; another upstream may use the other");
        }
        if (targets.stream().map(TargetConfig::url).distinct().count() < targets.size()) {
            node.problem("targets", "has the same url twice", "give it a weight instead");
        }
        return targets;
    }

    boolean isTls() {
        return url.getScheme().equals("https");
    }

    String host() {
        return url.getHost();
    }

    int port() {
        return url.getPort() >= 0 ? url.getPort() : isTls() ? 443 : 80;
    }

    /** As the member it is at this address. */
    Member at(String address) {
        return new Member(host(), port(), address, weight);
    }

    private static URI url(ConfigNode node) {
        var url = node.required("url", URL);
        var path = url.getRawPath();
        if (!(path == null || path.isEmpty() || path.equals("/")) || url.getRawQuery() != null) {
            node.problem("url", "has a path or a query", "give scheme, host and port; paths belong to routes");
        }
        return url;
    }
}
