package io.modelgate.guard;

import io.modelgate.config.ValueType;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/** A block of IP addresses: {@code 10.0.0.0/8}, {@code fd00::/8}, or one address. */
final class Cidr {

    static final ValueType<Cidr> TYPE =
            new ValueType<>("IP address or block (address/bits, not /0)", "10.0.0.0/8", Cidr::parse, Cidr::toString);

    private final String text;
    private final byte[] address;
    private final int bits;

    private Cidr(String text, byte[] address, int bits) {
        this.text = text;
        this.address = address;
        this.bits = bits;
    }

    static Cidr parse(String text) {
        var slash = text.indexOf('/');
        var address = address(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException();
        }
        var bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
        if (bits < 1 || bits > address.length * 8) {
            throw new IllegalArgumentException();
        }
        return new Cidr(text, address, bits);
    }

    /** The octets of an IP literal, an IPv4-mapped IPv6 address as IPv4; null for anything else. */
    static byte @Nullable [] address(String literal) {
        var octets = NetUtil.createByteArrayFromIpAddressString(literal);
        if (octets == null || octets.length != 16) {
            return octets;
        }
        for (var i = 0; i < 12; i++) {
            if (octets[i] != (i < 10 ? 0 : (byte) 0xff)) {
                return octets;
            }
        }
        return new byte[] {octets[12], octets[13], octets[14], octets[15]};
    }

    boolean contains(byte[] candidate) {
        if (candidate.length != address.length) {
            return false;
        }
        var whole = bits / 8;
        for (var i = 0; i < whole; i++) {
            if (candidate[i] != address[i]) {
                return false;
            }
        }
        var rest = bits % 8;
        return rest == 0 || ((candidate[whole] ^ address[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
