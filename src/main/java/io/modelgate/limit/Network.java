package io.modelgate.limit;

import io.netty.util.NetUtil;

/** What an address counts as: one host has a whole /64 of IPv6 to itself (RFC 4291 §2.5.1, RFC 6177). */
public final class Network {

    private static final int PREFIX = 8;

    private Network() {}

    /** @param address as text; what is none counts as it is */
    public static String of(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        var bytes = NetUtil.createByteArrayFromIpAddressString(address);
        // An address of IPv4 in the form of IPv6 comes out with all zeros in front.
        if (bytes == null || bytes.length == 4 || isZero(bytes)) {
            return address;
        }
        var text = new StringBuilder(2 * PREFIX + 3);
        for (var i = 0; i < PREFIX; i++) {
            text.append(Character.forDigit((bytes[i] >> 4) & 15, 16)).append(Character.forDigit(bytes[i] & 15, 16));
        }
        return text.append("/64").toString();
    }

    private static boolean isZero(byte[] bytes) {
        for (var i = 0; i < PREFIX; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
