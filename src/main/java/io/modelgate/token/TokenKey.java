package io.modelgate.token;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A token as caches know it, by its SHA-256, and who judges it: it may mean different things to different issuers. */
class TokenKey {

    private final long a;
    private final long b;
    private final long c;
    private final long d;
    private final int scope;

    /** @param scope who judges */
    TokenKey(long a, long b, long c, long d, int scope) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
        this.scope = scope;
    }

    TokenKey(TokenKey token, int scope) {
        this(token.a, token.b, token.c, token.d, scope);
    }

    static TokenKey of(BearerToken token, int scope) {
        var hash = ByteBuffer.wrap(token.sha256());
        return new TokenKey(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong(), scope);
    }

    final int scope() {
        return scope;
    }

    final boolean sameToken(TokenKey other) {
        return a == other.a && b == other.b && c == other.c && d == other.d;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof TokenKey key && sameToken(key) && scope == key.scope;
    }

    // The words are parts of a SHA-256: any of them is as good a hash as all of them.
    @Override
    public final int hashCode() {
        return (int) a + scope;
    }
}
