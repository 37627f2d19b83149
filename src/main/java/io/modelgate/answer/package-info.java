/**
 * The forms a refusal takes: a redirect to the login page for a person in a browser, a challenge and a problem
 * document for a program. Chooses how somebody is told, never whether they may.
 *
 * <p>May import {@code access}, {@code identity} and {@code http}; no I/O. Start at {@link
 * io.modelgate.answer.BrowserRule}.
 */
@NullMarked
package io.modelgate.answer;

import org.jspecify.annotations.NullMarked;
