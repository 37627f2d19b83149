package io.modelgate.guard;

import io.modelgate.guard.Admission.Admitted;
import io.modelgate.guard.Admission.Refused;
import io.modelgate.http.ClientOrigin;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.http.RequestId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.streams.ReadStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Admits or refuses a request by its head alone. {@link #admit} is called once per request, before anybody else looks
 * at it: it also takes spoofable headers out of the request.
 */
public final class RequestGuard {

    private final PublicHosts hosts;
    private final TrustedProxies proxies;
    private final boolean rfc7239;
    private final GuardConfig.Limits limits;

    public RequestGuard(GuardConfig config) {
        this.hosts = config.publicHosts();
        this.proxies = config.trustedProxies();
        this.rfc7239 = config.forwardedHeader() == ForwardedHeader.FORWARDED;
        this.limits = config.limits();
    }

    /** Never fails, never blocks. */
    public Admission admit(HttpServerRequest request) {
        Upgrade.hold(request);
        var head = RequestHead.take(request.headers());
        var peer = request.remoteAddress().hostAddress();
        var trusted = proxies.contains(peer);
        var id = requestId(head, trusted);
        try {
            head.check(limits.headerCount());
            checkMethod(request.method());
            checkBody(head);
            if (request.version() == HttpVersion.HTTP_2) {
                checkHttp2(request, head, trusted);
            }
            var target = RequestTarget.parse(request.uri());
            var origin = origin(request, target, head, peer, trusted);
            return new Admitted(
                    target, origin, id, trusted, trusted ? original(head) : null, !trusted && head.originalUri != null);
        } catch (GatewayException refusal) {
            return new Refused(refusal.problem(), endsConnection(refusal, head), id);
        }
    }

    /**
     * The body to read in place of the request itself: fails with {@code PAYLOAD_TOO_LARGE} once it is longer than {@code
     * limits.body}. A body of a told length was checked on admission.
     */
    public ReadStream<Buffer> body(HttpServerRequest request) {
        return limits.body() == 0 || !request.headers().contains("Transfer-Encoding")
                ? request
                : new LimitedBody(request, limits.body());
    }

    private static RequestId requestId(RequestHead head, boolean trusted) {
        return trusted && head.requestId != null
                ? RequestId.parse(head.requestId).orElseGet(RequestId::random)
                : RequestId.random();
    }

    private static void checkMethod(HttpMethod method) {
        if (method.equals(HttpMethod.CONNECT) || method.equals(HttpMethod.TRACE)) {
            throw new GatewayException(ProblemType.NOT_IMPLEMENTED, "CONNECT and TRACE are not supported");
        }
    }

    /** The listener took {@code :authority} and {@code :scheme} out of the headers (RFC 9113 §8.3.1). */
    private static void checkHttp2(HttpServerRequest request, RequestHead head, boolean trusted) {
        if (request.authority() != null) {
            head.host = request.authority().toString();
        }
        var scheme = request.isSSL() ? "https" : "http";
        if (!trusted && !scheme.equals(request.scheme())) {
            throw new GatewayException(
                    ProblemType.MISDIRECTED,
                    "the :scheme is not " + scheme + "; a proxy that says so has to be in gateway.trusted-proxies");
        }
    }

    private void checkBody(RequestHead head) {
        if (limits.body() > 0 && head.contentLength != null && Long.parseLong(head.contentLength) > limits.body()) {
            throw LimitedBody.tooLarge(limits.body());
        }
    }

    private ClientOrigin origin(
            HttpServerRequest request, RequestTarget target, RequestHead head, String peer, boolean trusted) {
        if (head.host == null && request.version() != HttpVersion.HTTP_1_0) {
            throw bad("the request has no Host header");
        }
        var port = request.localAddress().port();
        var scheme = request.isSSL() ? "https" : "http";
        if (!trusted) {
            return new ClientOrigin(peer, scheme, ownHost(target, head, port), List.of(peer));
        }
        var hops = rfc7239 ? ForwardedElement.parse(head.forwarded) : ForwardedElement.nodes(head.forwardedFor);
        var path = proxies.walk(hops.stream().map(ForwardedElement::node).toList(), peer);
        var told = rfc7239
                ? (path.hop() < 0 ? ForwardedElement.UNREADABLE : hops.get(path.hop()))
                : new ForwardedElement("", last(head.forwardedProto), last(head.forwardedHost));
        // An ingress may call us by an inner name; an absolute-form target must be ours whatever it says.
        var own = told.host() == null || target.authority() != null ? ownHost(target, head, port) : "";
        return new ClientOrigin(
                path.addresses().get(0),
                told.proto() == null ? scheme : scheme(told.proto(), scheme),
                told.host() == null ? own : publicHost(told.host(), port),
                path.addresses());
    }

    /** A target's authority replaces {@code Host} (RFC 9112 §3.2.2). */
    private String ownHost(RequestTarget target, RequestHead head, int port) {
        return publicHost(target.authority() != null ? target.authority() : head.host, port);
    }

    private String publicHost(@Nullable String told, int port) {
        if (told == null) {
            throw misdirected();
        }
        var match = hosts.match(told, port);
        if (match.isPresent()) {
            return match.get();
        }
        if (!told.isEmpty() && !PublicHosts.isWellFormed(told)) {
            throw bad("the Host is not a host name");
        }
        throw misdirected();
    }

    /** Some proxies say {@code wss} where a browser opens a WebSocket. */
    private static String scheme(String told, String byDefault) {
        return switch (told) {
            case "https", "wss" -> "https";
            case "http", "ws" -> "http";
            default -> byDefault;
        };
    }

    /** What our peer itself said, where each proxy adds to the list. */
    private static @Nullable String last(@Nullable String list) {
        return list == null ? null : list.substring(list.lastIndexOf(',') + 1).strip();
    }

    private static @Nullable OriginalRequest original(RequestHead head) {
        if (head.originalTwice) {
            throw bad("the original request is told twice; have the proxy remove what clients send");
        }
        return head.originalUri == null ? null : new OriginalRequest(head.originalMethod, head.originalUri);
    }

    /** A body nobody will read, or a head somebody else may have read otherwise, leaves nothing safe behind it. */
    private static boolean endsConnection(GatewayException refusal, RequestHead head) {
        return head.hasBody()
                || head.isSuspect()
                || refusal.problem().type() == ProblemType.NOT_IMPLEMENTED
                || refusal.problem().type() == ProblemType.HEADERS_TOO_LARGE;
    }

    private static GatewayException misdirected() {
        return new GatewayException(ProblemType.MISDIRECTED, "this gateway does not serve the host asked for");
    }

    private static GatewayException bad(String detail) {
        return new GatewayException(ProblemType.BAD_REQUEST, detail);
    }
}
