package io.backfill.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Injects the {@link SharedGateway} into test constructors. Before each test the model has no faults and its ledger is empty. The
 * gateway starts with the first class that needs it and stops after the last test of the run.
 */
public final class UsesSharedGateway implements ParameterResolver, BeforeEachCallback {
    private static final ExtensionContext.Namespace RUN = ExtensionContext.Namespace.create(UsesSharedGateway.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == SharedGateway.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return shared(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        shared(context).reset();
    }

    private static SharedGateway shared(ExtensionContext context) {
        return context.getRoot()
                .getStore(RUN)
                .getOrComputeIfAbsent(SharedGateway.class, key -> start(), SharedGateway.class);
    }

    private static SharedGateway start() {
        try {
            return new SharedGateway();
        } catch (IOException cannotStart) {
            throw new UncheckedIOException(cannotStart);
        }
    }
}
