package io.modelgate.http;

import java.util.List;

/**
 * Where a request comes from, as far as it can be trusted: the socket, or what a trusted proxy said.
 *
 * @param address IP address of the client, as text
 * @param scheme {@code http} or {@code https}, as the client used it
 * @param host authority the client asked for, one of the public hosts: {@code gateway.example:8443}
 * @param forwardedFor the chain to hand on: the client first, then each trusted proxy, ending with our peer
 */
public record ClientOrigin(String address, String scheme, String host, List<String> forwardedFor) {

    public ClientOrigin {
        forwardedFor = List.copyOf(forwardedFor);
    }
}
