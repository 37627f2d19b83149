package io.modelgate.guard;

import io.modelgate.config.ConfigNode;
import io.netty.util.NetUtil;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The proxies in front of us whose word about a request counts. None by default. */
public final class TrustedProxies {

    private final List<Cidr> blocks;

    TrustedProxies(List<Cidr> blocks) {
        this.blocks = List.copyOf(blocks);
    }

    /** A list of addresses and blocks; none by default. */
    public static TrustedProxies read(ConfigNode node, String key) {
        return new TrustedProxies(node.list(key, Cidr.TYPE, List.of()));
    }

    public static TrustedProxies none() {
        return new TrustedProxies(List.of());
    }

    /** Proxies by address or block, as in {@code gateway.trusted-proxies}. */
    public static TrustedProxies of(String... blocks) {
        return new TrustedProxies(List.of(blocks).stream().map(Cidr::parse).toList());
    }

    public boolean isEmpty() {
        return blocks.isEmpty();
    }

    /** Whether the IP address is one of a trusted proxy; false for what is not an IP address. */
    public boolean contains(String address) {
        var octets = blocks.isEmpty() ? null : Cidr.address(address);
        return octets != null && contains(octets);
    }

    private boolean contains(byte[] octets) {
        for (var block : blocks) {
            if (block.contains(octets)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The way a request took.
     *
     * @param addresses the client first, then each trusted proxy, our peer last
     * @param hop index of the client in the chain that was told; -1 where the client is our peer
     */
    record Path(List<String> addresses, int hop) {}

    /** Walks the chain from the right, which our trusted peer wrote, for as long as each hop is trusted itself. */
    Path walk(List<String> hops, String peer) {
        var addresses = new ArrayDeque<String>();
        addresses.addFirst(peer);
        var hop = hops.size();
        while (hop > 0) {
            var octets = node(hops.get(hop - 1));
            if (octets == null) {
                break;
            }
            hop--;
            addresses.addFirst(NetUtil.bytesToIpAddress(octets));
            if (!contains(octets)) {
                break;
            }
        }
        return new Path(List.copyOf(addresses), hop == hops.size() ? -1 : hop);
    }

    /** An address, with or without a port: {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}. */
    private static byte @Nullable [] node(String text) {
        var node = text.strip();
        var bracket = node.lastIndexOf(']');
        var colon = node.indexOf(':');
        if (node.startsWith("[") && bracket > 0) {
            node = node.substring(1, bracket);
        } else if (colon > 0 && colon == node.lastIndexOf(':')) {
            node = node.substring(0, colon);
        }
        return Cidr.address(node);
    }
}
