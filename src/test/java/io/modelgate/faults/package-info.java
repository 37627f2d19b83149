/**
 * Faults put into the whole gateway while requests run steadily, and what became of every request: each class shows
 * some of the rows of the table in the README. A request is lost where it got no answer, a wrong one, half of one that
 * looks whole, or an error that the gateway promises to prevent; none may be. Start at {@code Load} for how that is
 * counted, and at {@code RoughUpstream} for most of the faults.
 */
package io.modelgate.faults;
