package io.backfill.testing;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestBody;
import io.backfill.dispatch.RequestDispatcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Simulates a model: returns the given outcomes, one per call, and then repeats the last one. Records every request, and how many
 * were open at once. With a gate, every call waits at it. Thread-safe.
 */
public final class RecordingDispatcher implements RequestDispatcher {
    private final Deque<Outcome> script = new ArrayDeque<>();
    private final List<ModelRequest> requests = new ArrayList<>();
    private Optional<Party> gate = Optional.empty();
    private int open;
    private int mostOpen;

    /** Returns {@code outcomes} in this order, and then repeats the last one. */
    public RecordingDispatcher(Outcome... outcomes) {
        script.addAll(List.of(outcomes));
    }

    /** Answers every request with {@code {}} and 200. */
    public static RecordingDispatcher ok() {
        return new RecordingDispatcher(answer(200, "{}"));
    }

    public static Outcome.Answered answer(int status, String body) {
        return new Outcome.Answered(
                status,
                body.getBytes(StandardCharsets.UTF_8),
                "application/json",
                "req_upstream",
                Optional.empty(),
                Optional.empty());
    }

    public static Outcome.Answered answer(int status, Duration retryAfter) {
        return new Outcome.Answered(
                status,
                "{}".getBytes(StandardCharsets.UTF_8),
                "application/json",
                "req_upstream",
                Optional.of(retryAfter),
                Optional.empty());
    }

    /** From now on every call waits at {@code party}. */
    public synchronized RecordingDispatcher holdAt(Party party) {
        gate = Optional.of(party);
        return this;
    }

    @Override
    public Outcome dispatch(ModelRequest asked) {
        ModelRequest request = loaded(asked);
        Optional<Party> party;
        synchronized (this) {
            requests.add(request);
            open++;
            mostOpen = Math.max(mostOpen, open);
            party = gate;
        }
        try {
            party.ifPresent(Party::attend);
            synchronized (this) {
                return script.size() > 1 ? script.remove() : script.element();
            }
        } finally {
            synchronized (this) {
                open--;
            }
        }
    }

    /** Loads the body, as a link behind the gate would. Fails like such a link if the body cannot be read. */
    private static ModelRequest loaded(ModelRequest request) {
        try {
            return request.withBody(request.body().load());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the requests so far, in order of arrival. */
    public synchronized List<ModelRequest> requests() {
        return List.copyOf(requests);
    }

    public synchronized int calls() {
        return requests.size();
    }

    /** Returns the number of calls that are open now. */
    public synchronized int open() {
        return open;
    }

    /** Returns the largest number of calls that were ever open at once. */
    public synchronized int mostOpen() {
        return mostOpen;
    }

    /** Returns the body of a request as text. */
    public static String bodyOf(ModelRequest request) {
        RequestBody.Loaded body = request.loaded();
        return new String(body.buffer(), body.start(), body.length(), StandardCharsets.UTF_8);
    }
}
