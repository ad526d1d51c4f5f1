package io.backfill.traces.otlp;

import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import java.util.List;

/**
 * Finds the sender in the libraries that this class was loaded with, whatever the context class loader is, and lets it report to
 * {@code deliveries}.
 */
record SenderLoader(ComponentLoader libraries, Deliveries deliveries) implements ComponentLoader {
    static SenderLoader of(Deliveries deliveries) {
        return new SenderLoader(ComponentLoader.forClassLoader(SenderLoader.class.getClassLoader()), deliveries);
    }

    @Override
    public <T> Iterable<T> load(Class<T> spi) {
        if (spi != HttpSenderProvider.class) {
            return libraries.load(spi);
        }
        HttpSenderProvider provider =
                ComponentLoader.loadList(libraries, HttpSenderProvider.class).getFirst();
        HttpSenderProvider reporting = config -> new ReportingSender(provider.createSender(config), deliveries);
        return List.of(spi.cast(reporting));
    }
}
