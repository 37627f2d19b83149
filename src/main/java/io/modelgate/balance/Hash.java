package io.modelgate.balance;

/** Hashes that are the same in every process, so that all replicas send a caller to the same target. */
public final class Hash {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Hash() {}

    /** Of a key: 64-bit FNV-1a over its characters, spread by {@link #mix}; never {@link Balancer#NO_KEY}. */
    public static long of(String text) {
        var hash = FNV_OFFSET;
        for (var index = 0; index < text.length(); index++) {
            hash = (hash ^ text.charAt(index)) * FNV_PRIME;
        }
        var mixed = mix(hash);
        return mixed == Balancer.NO_KEY ? 1 : mixed;
    }

    /** The finalizer of MurmurHash3: every bit of the input changes about half of the result's. */
    static long mix(long value) {
        var mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
