package io.modelgate.upstream;

import io.modelgate.balance.Member;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.net.SocketAddress;

/** Where to connect for a member: to its address, while TLS and {@code Host} go by its name. */
final class Addresses {

    private Addresses() {}

    static HttpConnectOptions of(Member member, boolean tls) {
        return new HttpConnectOptions()
                .setServer(server(member))
                .setHost(member.host())
                .setPort(member.port())
                .setSsl(tls);
    }

    static SocketAddress server(Member member) {
        return SocketAddress.inetSocketAddress(member.port(), member.address());
    }
}
