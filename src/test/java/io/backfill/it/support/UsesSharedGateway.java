package io.backfill.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives test constructors the {@link SharedGateway}, with a model that has no faults and an empty ledger before each test. It
 * starts with the first class that asks and ends with the last test of the run.
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
