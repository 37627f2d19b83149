/**
 * The front door: every request passes guard, identify, decide and dispatch here, in this order (the enforcement
 * point). What a route asks for is in {@link io.modelgate.proxy.Route}, which one a request meets in {@link
 * io.modelgate.proxy.RouteTable}, and the forms of a refusal in {@link io.modelgate.proxy.Challenge} and {@link
 * io.modelgate.proxy.LoginRedirect}, chosen by {@link io.modelgate.proxy.BrowserRule}.
 *
 * <p>May import {@code guard}, {@code access}, {@code token}, {@code upstream}, {@code assertion}, {@code bus}, {@code
 * identity}, {@code http} and {@code config}. Start at {@link io.modelgate.proxy.FrontDoor}.
 */
@NullMarked
package io.modelgate.proxy;

import org.jspecify.annotations.NullMarked;
