package io.modelgate.balance;

import java.util.concurrent.atomic.AtomicInteger;

/** One target of an upstream: where it is, its weight, and how it fares. Safe for threads; {@link Roster} changes it. */
public final class Member {

    /** What it is good for now. */
    public enum State {
        HEALTHY,
        /** It failed requests and is left out for a while. */
        EJECTED,
        /** It fails its health checks. */
        UNHEALTHY
    }

    private final String host;
    private final int port;
    private final String address;
    private final int weight;
    private final long seed;
    private final AtomicInteger inFlight = new AtomicInteger();

    /** Of requests, since the last one that did not fail. */
    volatile int failures;

    volatile State state = State.HEALTHY;

    /** When it came back, in nanos; 0 once it has its full share. */
    volatile long rampingSince;

    boolean failsChecks;
    boolean ejected;
    int ejections;
    long readmitted;

    /**
     * @param host the name it is known by, in TLS and in {@code Host}
     * @param address where to connect: an IP address, or {@code host} again
     * @param weight 1 to 256
     */
    public Member(String host, int port, String address, int weight) {
        this.host = host;
        this.port = port;
        this.address = address;
        this.weight = weight;
        this.seed = Hash.of(toString());
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public String address() {
        return address;
    }

    public State state() {
        return state;
    }

    /** Counts a request that begins here; only for the algorithm that looks at them. */
    public void begin() {
        inFlight.incrementAndGet();
    }

    /** Counts one that ended. */
    public void end() {
        inFlight.decrementAndGet();
    }

    /** Whether it stands for the same target. */
    public boolean isSameAs(Member other) {
        return host.equals(other.host) && port == other.port && address.equals(other.address) && weight == other.weight;
    }

    int weight() {
        return weight;
    }

    long seed() {
        return seed;
    }

    int inFlight() {
        return inFlight.get();
    }

    /** {@code 10.0.0.7:8080}, with the name in front where that is another. */
    @Override
    public String toString() {
        return (address.equals(host) ? "" : host + "/") + address + ":" + port;
    }
}
