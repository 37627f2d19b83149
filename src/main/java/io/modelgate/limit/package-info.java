/**
 * How much is too much: connections, requests in flight, memory, and requests by the clock.
 *
 * <p>In this order, each before anything dearer is done: a connection beyond {@code limits.connections} is closed as it
 * opens; a request beyond {@code limits.requests}, or while memory is short, gets 503 before its token is looked at and
 * its body read; a granted request beyond {@code limits.requests-per-caller} or its route's {@code rate-limit} gets 429.
 * A rate limit by address comes before the token, so that guesses at tokens count too. The management port has none of
 * these limits: whoever asks about health gets an answer in any case.
 *
 * <p>All numbers are of one process: N replicas let N times as much through. None of the requests refused here waits
 * anywhere, and nothing here locks.
 *
 * <p>May import {@code config}, {@code identity} and {@code guard}. Start at {@link io.modelgate.limit.Overload}.
 */
@NullMarked
package io.modelgate.limit;

import org.jspecify.annotations.NullMarked;
