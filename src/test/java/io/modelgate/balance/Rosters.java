package io.modelgate.balance;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A roster with members called a, b, c, …, and a clock that a test moves by hand. */
final class Rosters {

    private final AtomicLong nanos = new AtomicLong(1);
    private Duration slowStart = Duration.ZERO;
    private EjectionConfig ejection = new EjectionConfig(5, Duration.ofSeconds(10), 50);
    private int panicThreshold = 50;
    private Optional<Roster> roster = Optional.empty();

    Rosters slowStart(Duration window) {
        slowStart = window;
        return this;
    }

    Rosters ejection(int failures, Duration base, int percent) {
        ejection = new EjectionConfig(failures, base, percent);
        return this;
    }

    Rosters panicThreshold(int percent) {
        panicThreshold = percent;
        return this;
    }

    Roster of(int... weights) {
        var config = new BalanceConfig(
                BalanceConfig.Algorithm.ROUND_ROBIN,
                BalanceConfig.HashOn.SUBJECT,
                Optional.empty(),
                slowStart,
                panicThreshold);
        var created = new Roster(config, ejection, nanos::get);
        created.set(members(weights));
        roster = Optional.of(created);
        return created;
    }

    static List<Member> members(int... weights) {
        var members = new ArrayList<Member>();
        for (var index = 0; index < weights.length; index++) {
            members.add(member(name(index), weights[index]));
        }
        return members;
    }

    static Member member(String name, int weight) {
        return new Member(name, 80, name, weight);
    }

    void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    /** Fails so many requests to it; returns what the last one said. */
    @CanIgnoreReturnValue
    Duration fail(Member member, int times) {
        var nanosOut = 0L;
        for (var time = 0; time < times; time++) {
            nanosOut = roster.orElseThrow().failed(member);
        }
        return Duration.ofNanos(nanosOut);
    }

    @CanIgnoreReturnValue
    boolean check(Member member, boolean healthy) {
        return roster.orElseThrow().checked(member, healthy);
    }

    /** Who is picked in so many turns, by name. */
    static String picks(Balancer balancer, int turns) {
        var picked = new StringBuilder();
        for (var turn = 0; turn < turns; turn++) {
            picked.append(name(balancer.pick(Balancer.NO_KEY, List.of())));
        }
        return picked.toString();
    }

    static String name(int index) {
        return String.valueOf((char) ('a' + index));
    }
}
