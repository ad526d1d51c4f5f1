package io.backfill.dispatch.metrics;

import io.backfill.models.Model;
import io.backfill.replicas.EngineMetrics;
import io.backfill.replicas.Fleets;
import io.backfill.tls.ClientTls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import javax.net.ssl.HttpsURLConnection;

/**
 * Asks the engines of all models that have calls open how busy they are, and tells the fleets. An endpoint that serves no metrics is
 * asked again after a minute only, unless its model needs them.
 */
public final class EngineMetricsPoller {
    private static final int TIMEOUT_MILLIS = 2000;
    private static final int LONGEST_TEXT = 4 << 20;
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    private final Fleets fleets;
    private final Executor threads;
    private final Runnable changed;
    private final LongSupplier nanoTime;
    private final Set<URI> asking = ConcurrentHashMap.newKeySet();
    /** Endpoints without metrics, and when that was found. */
    private final Map<URI, Long> mute = new ConcurrentHashMap<>();

    /**
     * @param threads starts a virtual thread per task
     * @param changed runs after every answer: limits may have changed
     */
    public EngineMetricsPoller(Fleets fleets, Executor threads, Runnable changed, LongSupplier nanoTime) {
        this.fleets = fleets;
        this.threads = threads;
        this.changed = changed;
        this.nanoTime = nanoTime;
    }

    /** Begins one pass over all busy endpoints; does not wait for answers. One that has not answered yet is not asked again. */
    public void pollOnce() {
        for (Model model : fleets.busy()) {
            model.tuning().protection().ifPresent(protection -> {
                for (URI endpoint : model.replicas()) {
                    if ((protection.required() || !isMute(endpoint)) && asking.add(endpoint)) {
                        threads.execute(() -> ask(model, endpoint));
                    }
                }
            });
        }
    }

    private boolean isMute(URI endpoint) {
        Long since = mute.get(endpoint);
        return since != null && nanoTime.getAsLong() - since < LOOK_AGAIN.toNanos();
    }

    private void ask(Model model, URI endpoint) {
        try {
            Optional<EngineMetrics> metrics = metricsOf(model, endpoint);
            if (metrics.isPresent()) {
                mute.remove(endpoint);
                fleets.polled(endpoint, metrics.get());
                changed.run();
            } else {
                mute.put(endpoint, nanoTime.getAsLong());
            }
        } catch (IOException e) {
            // what was known grows stale, which is what the limit goes by
        } finally {
            asking.remove(endpoint);
        }
    }

    /** Empty when the endpoint serves none that are known. */
    private static Optional<EngineMetrics> metricsOf(Model model, URI endpoint) throws IOException {
        URI address = URI.create(endpoint.toString().replaceAll("/$", "") + "/metrics");
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        if (connection instanceof HttpsURLConnection secure && model.tls().isPresent()) {
            secure.setSSLSocketFactory(ClientTls.context(model.tls().get()).getSocketFactory());
        }
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            connection.disconnect();
            return Optional.empty();
        }
        try (InputStream in = connection.getInputStream();
                BufferedReader text = new BufferedReader(
                        new InputStreamReader(new Bounded(in, LONGEST_TEXT), StandardCharsets.UTF_8))) {
            return EngineMetricsText.read(text);
        }
    }

    /** Ends a text that does not end by itself. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private int left;

        Bounded(InputStream in, int most) {
            this.in = in;
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            return left-- > 0 ? in.read() : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int count = in.read(to, offset, Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }
    }
}
