package io.modelgate.guard;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the guard needs of the headers, gathered in one pass. The same pass takes out of the request whatever only we or
 * a trusted proxy may set, so that nobody downstream ever sees it; it is read here before.
 */
final class RequestHead {

    @Nullable
    String host;

    @Nullable
    String contentLength;

    boolean chunked;

    @Nullable
    String requestId;

    @Nullable
    String forwarded;

    @Nullable
    String forwardedFor;

    @Nullable
    String forwardedProto;

    @Nullable
    String forwardedHost;

    @Nullable
    String originalMethod;

    @Nullable
    String originalUri;

    /** Whether a proxy and somebody before it both named the original request. */
    boolean originalTwice;

    private @Nullable String flaw;
    private boolean authorization;
    private int count;

    private RequestHead() {}

    static RequestHead take(MultiMap headers) {
        var head = new RequestHead();
        List<CharSequence> dropped = null;
        for (var entries = iterate(headers); entries.hasNext(); ) {
            var entry = entries.next();
            var kind = HeaderKind.of(entry.getKey());
            head.count++;
            if (kind != HeaderKind.PLAIN) {
                head.note(kind, entry.getValue().toString());
                if (kind.isDropped()) {
                    dropped = dropped == null ? new ArrayList<>(4) : dropped;
                    dropped.add(entry.getKey());
                }
            }
        }
        if (dropped != null) {
            for (var name : dropped) {
                headers.remove(name);
            }
        }
        return head;
    }

    boolean hasBody() {
        return chunked || (contentLength != null && !contentLength.equals("0"));
    }

    /** Whether somebody else may have read this head otherwise. */
    boolean isSuspect() {
        return flaw != null;
    }

    /** Fails with {@code BAD_REQUEST} or {@code HEADERS_TOO_LARGE} where the headers have no single meaning. */
    void check(int maxHeaders) {
        if (flaw != null) {
            throw new GatewayException(ProblemType.BAD_REQUEST, flaw);
        }
        if (count > maxHeaders) {
            throw new GatewayException(
                    ProblemType.HEADERS_TOO_LARGE, "the request has more than " + maxHeaders + " headers");
        }
    }

    private void note(HeaderKind kind, String value) {
        switch (kind) {
            case HOST -> {
                if (host != null) {
                    flaw = "the request has more than one Host header";
                }
                host = value;
            }
            case AUTHORIZATION -> {
                if (authorization) {
                    flaw = "the request has more than one Authorization header";
                }
                authorization = true;
            }
            case CONTENT_LENGTH -> contentLength = value;
            case TRANSFER_ENCODING -> chunked = true;
            case FRAMING_ALIAS ->
                flaw = "the request has a header that may be taken for Content-Length or Transfer-Encoding";
            case REQUEST_ID -> requestId = value;
            case FORWARDED -> forwarded = joined(forwarded, value);
            case FORWARDED_FOR -> forwardedFor = joined(forwardedFor, value);
            case FORWARDED_PROTO -> forwardedProto = joined(forwardedProto, value);
            case FORWARDED_HOST -> forwardedHost = joined(forwardedHost, value);
            case FORWARDED_METHOD, ORIGINAL_METHOD -> {
                originalTwice |= originalMethod != null;
                originalMethod = value;
            }
            case FORWARDED_URI, ORIGINAL_URI, ORIGINAL_URL -> {
                originalTwice |= originalUri != null;
                originalUri = value;
            }
            case PLAIN, SPOOFABLE -> {}
        }
    }

    /** Several lines of a list header are one list (RFC 9110 §5.3). */
    private static String joined(@Nullable String before, String value) {
        return before == null ? value : before + "," + value;
    }

    /** Over Netty's own entries where it can be: these cost nothing, no string is made of a name nobody asks for. */
    private static Iterator<? extends Map.Entry<? extends CharSequence, ? extends CharSequence>> iterate(
            MultiMap headers) {
        return headers instanceof HttpHeaders netty ? netty.iteratorCharSequence() : headers.iterator();
    }
}
