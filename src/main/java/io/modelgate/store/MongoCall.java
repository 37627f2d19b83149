package io.modelgate.store;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One call of the database: ends in time, and fails in our words. */
final class MongoCall {

    private MongoCall() {}

    static <T> Future<T> within(Duration timeout, Supplier<Future<T>> call) {
        Future<T> result;
        try {
            result = call.get();
        } catch (GatewayException refused) {
            return Future.failedFuture(refused);
        }
        return result.timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(inOurWords(failure)));
    }

    /** The driver's message may quote keys and values of anybody's documents; it never leaves the log. */
    private static GatewayException inOurWords(Throwable failure) {
        if (failure instanceof MongoWriteException write
                && write.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
            return new GatewayException(ProblemType.CONFLICT, "The group already has one like this.");
        }
        return new GatewayException(ProblemType.SERVICE_UNAVAILABLE, "The store does not answer.", failure);
    }
}
