package io.backfill.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** The operations of a user of batches, each as a call through {@link Api}. */
public final class Batches {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Api api;

    public Batches(Api api) {
        this.api = api;
    }

    /** Uploads the lines and creates a batch of chat completions with a window of 24 hours. */
    public BatchView submit(InputLines lines) {
        return submit(lines, "24h");
    }

    public BatchView submit(InputLines lines, String window) {
        return create(api.upload(lines), InputLines.CHAT, window);
    }

    public BatchView create(String fileId) {
        return create(fileId, InputLines.CHAT, "24h");
    }

    public BatchView create(String fileId, String endpoint, String window) {
        return view(api.postJson("/v1/batches", createBody(fileId, endpoint, window)));
    }

    public static String createBody(String fileId, String endpoint, String window) {
        return "{\"input_file_id\":\"" + fileId + "\",\"endpoint\":\"" + endpoint + "\",\"completion_window\":\""
                + window + "\"}";
    }

    public BatchView get(String id) {
        return view(api.get("/v1/batches/" + id));
    }

    /** Cancels a batch that has not ended. */
    public BatchView cancel(String id) {
        return view(api.post("/v1/batches/" + id + "/cancel"));
    }

    private static BatchView view(Answer answer) {
        return new BatchView(answer.expect(200).json());
    }

    /** Polls until the predicate accepts the batch; fails with the batch if that takes more than a minute. */
    public BatchView await(String id, String what, Predicate<BatchView> reached) {
        return await(id, what, reached, PATIENCE);
    }

    public BatchView await(String id, String what, Predicate<BatchView> reached, Duration patience) {
        BatchView[] last = new BatchView[1];
        Awaitility.await(id + " " + what)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .atMost(patience)
                .until(() -> {
                    last[0] = get(id);
                    assertThat(last[0].isTerminal() && !reached.test(last[0]))
                            .as("the batch ended otherwise: %s", last[0].json())
                            .isFalse();
                    return reached.test(last[0]);
                });
        return last[0];
    }

    /** Polls until the batch has ended, and fails unless it has this status. */
    public BatchView awaitEnd(String id, String status) {
        return awaitEnd(id, status, PATIENCE);
    }

    public BatchView awaitEnd(String id, String status, Duration patience) {
        BatchView ended = await(id, "ends", BatchView::isTerminal, patience);
        assertThat(ended.status()).as("how it ended: %s", ended.json()).isEqualTo(status);
        return ended;
    }

    public byte[] content(String fileId) {
        return api.get("/v1/files/" + fileId + "/content").expect(200).body();
    }

    /** Returns the lines of the output file; none if there is no such file. */
    public ResultLines output(BatchView batch) {
        return lines(batch.outputFile());
    }

    /** Returns the lines of the error file; none if there is no such file. */
    public ResultLines errors(BatchView batch) {
        return lines(batch.errorFile());
    }

    private ResultLines lines(Optional<String> file) {
        return ResultLines.of(file.map(this::content).orElse(new byte[0]));
    }
}
