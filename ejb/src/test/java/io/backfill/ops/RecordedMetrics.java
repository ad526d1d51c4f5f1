package io.backfill.ops;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Gauge;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricID;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** A registry of counters and gauges in memory, because the real one needs the server's configuration. */
final class RecordedMetrics {
    private final Map<MetricID, Supplier<? extends Number>> series = new TreeMap<>();
    private final Map<MetricID, Counter> counters = new TreeMap<>();

    /** The methods of the registry that the product calls, with the same names and parameters. */
    public Gauge<Number> gauge(Metadata metadata, Supplier<? extends Number> value, Tag... tags) {
        series.putIfAbsent(new MetricID(metadata.getName(), tags), value);
        return value::get;
    }

    public Counter counter(Metadata metadata, Tag... tags) {
        MetricID id = new MetricID(metadata.getName(), tags);
        Counter counter = counters.computeIfAbsent(id, made -> new Count());
        series.putIfAbsent(id, counter::getCount);
        return counter;
    }

    public boolean remove(MetricID id) {
        counters.remove(id);
        return series.remove(id) != null;
    }

    MetricRegistry registry() {
        return (MetricRegistry) Proxy.newProxyInstance(
                MetricRegistry.class.getClassLoader(),
                new Class<?>[] {MetricRegistry.class},
                (proxy, method, values) -> {
                    try {
                        return RecordedMetrics.class
                                .getMethod(method.getName(), method.getParameterTypes())
                                .invoke(this, values);
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                });
    }

    int size() {
        return series.size();
    }

    double value(String name, String label, String value) {
        return value(name, new Tag(label, value));
    }

    double value(String name, Tag... tags) {
        return Objects.requireNonNull(series.get(new MetricID(name, tags)), name)
                .get()
                .doubleValue();
    }

    /** Returns the values that a label has in all metrics. */
    Set<String> values(String label) {
        return series.keySet().stream()
                .map(id -> id.getTags().get(label))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** Returns the values that a label has in one metric. */
    Set<String> values(String name, String label) {
        return series.keySet().stream()
                .filter(id -> id.getName().equals(name))
                .map(id -> id.getTags().get(label))
                .collect(Collectors.toSet());
    }

    private static final class Count implements Counter {
        private final AtomicLong count = new AtomicLong();

        @Override
        public void inc() {
            count.incrementAndGet();
        }

        @Override
        public void inc(long more) {
            count.addAndGet(more);
        }

        @Override
        public long getCount() {
            return count.get();
        }
    }
}
