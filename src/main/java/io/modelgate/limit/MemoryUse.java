package io.modelgate.limit;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The share of memory that is really in use, from 0 to 1: what the last collection left in the pools of long-lived
 * objects, or the direct memory that Netty holds, whichever is nearer to its end. Garbage does not count.
 */
final class MemoryUse implements DoubleSupplier {

    /** Pools for new objects have no usage threshold: they are meant to be full. */
    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP
                    && pool.isUsageThresholdSupported()
                    && pool.isCollectionUsageThresholdSupported())
            .toList();

    @Override
    public double getAsDouble() {
        var most = direct();
        for (var pool : pools) {
            var left = pool.getCollectionUsage();
            if (left != null) {
                var max =
                        left.getMax() > 0 ? left.getMax() : Runtime.getRuntime().maxMemory();
                most = Math.max(most, (double) left.getUsed() / max);
            }
        }
        return most;
    }

    /** 0 where Netty leaves the accounts to the JVM. */
    private static double direct() {
        var used = PlatformDependent.usedDirectMemory();
        return used <= 0 ? 0 : (double) used / PlatformDependent.maxDirectMemory();
    }
}
