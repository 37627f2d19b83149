package io.modelgate.balance;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * The targets of one upstream and who of them is in service. Shared by all event loops: they read without locks, and
 * change only where a request failed or a member's state changes.
 *
 * <p>A member is left out after so many failed requests in a row (an ejection), or while it fails its health checks.
 * Where too few are left, all are used again: better a target that may fail than all load on one that then does
 * (Envoy's panic threshold).
 */
public final class Roster {

    /** A full share in units of weight; a share that still grows is a part of it. */
    static final int FULL = 100;

    /** What a member that comes back starts with, in percent of its share, as Envoy's {@code min_weight_percent}. */
    private static final int LEAST_PERCENT = 10;

    private final EjectionConfig ejection;
    private final int panicThreshold;
    private final long slowStart;
    private final LongSupplier nanos;

    private volatile List<Member> members = List.of();
    private volatile boolean panic;

    /** @param nanos now, on a clock that only runs forward; never 0 */
    public Roster(BalanceConfig balance, EjectionConfig ejection, LongSupplier nanos) {
        this.ejection = ejection;
        this.panicThreshold = balance.panicThreshold();
        this.slowStart = balance.slowStart().toNanos();
        this.nanos = nanos;
    }

    /** Those of the moment; another list as soon as one comes or goes. */
    public List<Member> members() {
        return members;
    }

    /** Sets who is there. Who was there before stays as it is; who joins others starts slowly. */
    public synchronized void set(List<Member> wanted) {
        var before = members;
        members = wanted.stream().map(member -> known(member, before)).toList();
        if (members.stream().anyMatch(before::contains)) {
            members.stream().filter(member -> !before.contains(member)).forEach(this::startSlowly);
        }
        judge();
    }

    /** Whether requests may go to it. */
    public boolean uses(Member member) {
        return member.state == Member.State.HEALTHY || panic;
    }

    /** Whether all are used because too few are in service. */
    public boolean panics() {
        return panic;
    }

    /** A request to it was answered. */
    public void succeeded(Member member) {
        if (member.failures != 0) {
            member.failures = 0;
        }
    }

    /** A request to it failed. Returns for how many nanos it is left out now; 0 where it stays. */
    public synchronized long failed(Member member) {
        member.failures++;
        if (ejection.consecutiveFailures() == 0
                || member.failures < ejection.consecutiveFailures()
                || member.ejected
                || !members.contains(member)
                || (ejected() + 1) * 100 > (long) members.size() * ejection.maxEjectedPercent()) {
            return 0;
        }
        member.ejected = true;
        member.ejections = remembered(member) + 1;
        judge();
        return Math.min(ejection.base().toNanos() * member.ejections, EjectionConfig.LONGEST.toNanos());
    }

    /** Its time out is over. */
    public synchronized void readmit(Member member) {
        member.ejected = false;
        member.failures = 0;
        member.readmitted = nanos.getAsLong();
        judge();
    }

    /** What its health checks say now; true where they said otherwise before. */
    public synchronized boolean checked(Member member, boolean healthy) {
        if (member.failsChecks != healthy) {
            return false;
        }
        member.failsChecks = !healthy;
        judge();
        return true;
    }

    public long count(Member.State state) {
        return members.stream().filter(member -> member.state == state).count();
    }

    /** Its share now, in parts of {@link #FULL} per unit of its weight. */
    int weight(Member member) {
        var since = member.rampingSince;
        return since == 0 ? member.weight() * FULL : ramp(member, nanos.getAsLong() - since);
    }

    private int ramp(Member member, long elapsed) {
        if (elapsed >= slowStart) {
            member.rampingSince = 0;
            return member.weight() * FULL;
        }
        var percent = Math.max(LEAST_PERCENT, elapsed * 100 / slowStart);
        return Math.max(1, (int) (member.weight() * percent * FULL / 100));
    }

    private static Member known(Member wanted, List<Member> before) {
        return before.stream().filter(wanted::isSameAs).findFirst().orElse(wanted);
    }

    private long ejected() {
        return members.stream().filter(member -> member.ejected).count();
    }

    /** How often it was left out, one less for each base time that it has been back since. */
    private int remembered(Member member) {
        if (member.ejections == 0) {
            return 0;
        }
        var back = (nanos.getAsLong() - member.readmitted) / ejection.base().toNanos();
        return (int) Math.max(0, member.ejections - back);
    }

    private void judge() {
        var healthy = 0;
        for (var member : members) {
            var state = member.failsChecks
                    ? Member.State.UNHEALTHY
                    : member.ejected ? Member.State.EJECTED : Member.State.HEALTHY;
            if (state == Member.State.HEALTHY) {
                healthy++;
                if (member.state != state) {
                    startSlowly(member);
                }
            }
            member.state = state;
        }
        panic = healthy * 100 < panicThreshold * members.size();
    }

    private void startSlowly(Member member) {
        if (slowStart > 0) {
            member.rampingSince = nanos.getAsLong();
        }
    }
}
