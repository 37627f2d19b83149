/**
 * Distributed tracing: the spans of one request, kept by hand beside the exchange, and their way to an OpenTelemetry
 * collector. Off unless configured, and then it makes nothing.
 *
 * <p>The only package that knows OpenTelemetry. Parents are told explicitly: nothing here depends on which context or
 * thread a callback runs in. May import {@code config}, {@code identity} and {@code http}. Start at {@link
 * io.modelgate.trace.Tracing} for the way out, at {@link io.modelgate.trace.RequestTrace} for the spans.
 */
@NullMarked
package io.modelgate.trace;

import org.jspecify.annotations.NullMarked;
