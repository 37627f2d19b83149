/**
 * What every answer of ours is made of: problem documents (RFC 9457), request ids, and the failures that carry a
 * problem to where it is answered.
 *
 * <p>A leaf: it imports nothing of ours. Start at {@link io.modelgate.http.ProblemType}.
 */
@NullMarked
package io.modelgate.http;

import org.jspecify.annotations.NullMarked;
