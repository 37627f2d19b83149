/**
 * What {@code ./modelgate demo} starts around the gateway: a provider that really checks passwords, a sample service,
 * a configuration and a few models of two teams. In the test tree, so that it can never be in the shipped jar.
 *
 * <p>May import everything. Start at {@link io.modelgate.demo.Demo}.
 */
package io.modelgate.demo;
