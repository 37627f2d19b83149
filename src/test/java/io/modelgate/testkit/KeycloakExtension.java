package io.modelgate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one {@link KeycloakProcess} of the run: started by the first that asks, ended with the run. A test
 * that cuts it off heals it again.
 */
public final class KeycloakExtension implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == KeycloakProcess.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(KeycloakExtension.class))
                .getOrComputeIfAbsent(KeycloakProcess.class, type -> start(), KeycloakProcess.class);
    }

    private static KeycloakProcess start() {
        try {
            return KeycloakProcess.start();
        } catch (IOException notPrepared) {
            throw new UncheckedIOException(notPrepared.getMessage(), notPrepared);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stop);
        }
    }
}
