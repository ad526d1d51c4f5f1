package io.backfill.benchmarks.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * A user with one streamed chat completion at a time, each with a prompt of its own, sent directly to the engine. A request starts
 * an interval after the start of the one before, or when that one has ended, if it takes longer. A platform thread of its own writes
 * the request and reads the socket; events are interpreted only after their stream has ended.
 */
public final class InteractiveUser implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(700);
    private static final int PROMPT_TOKENS = 200;
    private static final int ANSWER_TOKENS = 12;
    private static final Timeout CONNECT_LIMIT = Timeout.ofSeconds(10);
    private static final Timeout READ_LIMIT = Timeout.ofSeconds(60);
    private static final Duration CALL_LIMIT = Duration.ofMinutes(2);
    private static final String DATA = "data:";

    private final EngineServer server;
    private final ChatBody body;
    private final PromptText text;
    private final Random random;
    private final CloseableHttpClient http;
    private final Thread thread;
    private final List<StreamTimes> streams = new ArrayList<>();
    private volatile boolean stopped;

    private InteractiveUser(EngineServer server, ChatBody body, PromptText text, long seed) {
        this.server = server;
        this.body = body;
        this.text = text;
        this.random = new Random(seed);
        this.http = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(CONNECT_LIMIT)
                                .setSocketTimeout(READ_LIMIT)
                                .build())
                        .build())
                .setDefaultRequestConfig(
                        RequestConfig.custom().setResponseTimeout(READ_LIMIT).build())
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .disableRedirectHandling()
                .build();
        this.thread = Thread.ofPlatform().name("interactive-user").daemon().unstarted(this::run);
    }

    /** Starts a user. Its first request is sent at once. */
    public static InteractiveUser start(EngineServer server, ChatBody body, PromptText text, long seed) {
        InteractiveUser user = new InteractiveUser(server, body, text, seed);
        user.thread.start();
        return user;
    }

    /** Ends after the current request. Returns the streams that began between two nano times. */
    public List<StreamTimes> stop(long from, long to) throws IOException {
        stopped = true;
        LockSupport.unpark(thread);
        try {
            if (!thread.join(CALL_LIMIT.plus(Duration.ofSeconds(READ_LIMIT.toSeconds())))) {
                throw new IOException("the interactive user did not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        return streams.stream()
                .filter(one -> one.sentAt() - from >= 0 && one.sentAt() - to < 0)
                .toList();
    }

    private void run() {
        long next = System.nanoTime();
        while (!stopped) {
            long left = next - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(left);
                continue;
            }
            String request = body.streamed(text.prompt(random, PROMPT_TOKENS), ANSWER_TOKENS)
                    .toString();
            StreamTimes stream = send(request);
            streams.add(stream);
            next = stream.sentAt() + INTERVAL.toNanos();
        }
    }

    private StreamTimes send(String request) {
        HttpPost post = new HttpPost(server.chatUrl());
        post.setEntity(new StringEntity(request, ContentType.APPLICATION_JSON));
        server.key().ifPresent(secret -> post.addHeader("Authorization", "Bearer " + secret));
        long sentAt = System.nanoTime();
        List<Long> times = new ArrayList<>();
        List<String> events = new ArrayList<>();
        try {
            http.execute(post, answer -> {
                read(answer, sentAt, times, events);
                return true;
            });
        } catch (IOException failed) {
            return new StreamTimes(sentAt, List.of());
        }
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            if (TokenEvent.isToken(events.get(i))) {
                tokens.add(times.get(i));
            }
        }
        return new StreamTimes(sentAt, tokens);
    }

    private static void read(ClassicHttpResponse answer, long sentAt, List<Long> times, List<String> events)
            throws IOException {
        if (answer.getCode() != 200) {
            EntityUtils.consume(answer.getEntity());
            throw new IOException("status " + answer.getCode());
        }
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(answer.getEntity().getContent(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                long now = System.nanoTime();
                if (now - sentAt > CALL_LIMIT.toNanos()) {
                    throw new IOException("the stream takes longer than " + CALL_LIMIT);
                }
                if (line.startsWith(DATA)) {
                    times.add(now);
                    events.add(line.substring(DATA.length()));
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        LockSupport.unpark(thread);
        http.close();
    }
}
