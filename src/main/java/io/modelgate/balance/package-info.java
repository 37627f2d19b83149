/**
 * Which of an upstream's targets gets the next request, and which of them is out of service: the rules alone, without
 * any I/O and with the time passed in.
 *
 * <p>A {@link io.modelgate.balance.Roster} holds the {@link io.modelgate.balance.Member}s and knows who is in service;
 * event loops share it. A {@link io.modelgate.balance.Balancer} picks among them for one event loop. May import
 * {@code config}. Start at {@link io.modelgate.balance.Roster}.
 */
@NullMarked
package io.modelgate.balance;

import org.jspecify.annotations.NullMarked;
