package io.modelgate.upstream;

import io.modelgate.testkit.Threads;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;

/** Writes until nobody takes any more, then goes on when somebody does. */
final class SlowWriter {

    private static final long BYTES = 64L * 1024 * 1024;

    private final CompletableFuture<Long> sum;
    private volatile long written;

    SlowWriter(Peer to) {
        sum = CompletableFuture.supplyAsync(
                () -> {
                    var crc = new CRC32();
                    var random = new Random(1);
                    var piece = new byte[64 * 1024];
                    try {
                        for (var done = 0L; done < BYTES; done += piece.length) {
                            random.nextBytes(piece);
                            crc.update(piece);
                            to.write(piece);
                            written = done + piece.length;
                        }
                    } catch (IOException closed) {
                        return -1L;
                    }
                    return crc.getValue();
                },
                Threads.EACH_ITS_OWN);
    }

    /** Bytes written when for half a second none were. */
    long stalledAfter() {
        var before = -1L;
        while (written != before && !sum.isDone()) {
            before = written;
            LockSupport.parkNanos(500_000_000);
        }
        return written;
    }

    long sum() {
        return sum.join();
    }
}
