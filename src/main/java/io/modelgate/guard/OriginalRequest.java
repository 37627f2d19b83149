package io.modelgate.guard;

import org.jspecify.annotations.Nullable;

/**
 * The request another ingress asks us about, as that ingress, a trusted proxy, tells it ({@code X-Forwarded-Method},
 * {@code -Uri} or {@code X-Original-Method}, {@code -URI}, {@code -URL}). Its host and scheme are those of the {@code
 * ClientOrigin}.
 *
 * @param method null where it was not told
 * @param uri as told, not checked: {@link RequestTarget#parse} it
 */
public record OriginalRequest(@Nullable String method, String uri) {}
