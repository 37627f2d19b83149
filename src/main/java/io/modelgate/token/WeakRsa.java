package io.modelgate.token;

import java.math.BigInteger;

/** RSA moduli whose factors can be found. */
final class WeakRsa {

    private static final int[] PRIMES = {11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};

    private WeakRsa() {}

    /**
     * Whether a modulus has the fingerprint of the flawed key generator of CVE-2017-15361 ("ROCA"): its remainder
     * by each of these primes is a power of 65537. A sound modulus passes as one with a chance of about 2^-27.
     */
    static boolean isRoca(BigInteger modulus) {
        for (var prime : PRIMES) {
            var remainder = modulus.mod(BigInteger.valueOf(prime)).intValue();
            if (!isPowerOf65537(remainder, prime)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPowerOf65537(int value, int prime) {
        var power = 1;
        do {
            if (power == value) {
                return true;
            }
            power = power * (65537 % prime) % prime;
        } while (power != 1);
        return false;
    }
}
