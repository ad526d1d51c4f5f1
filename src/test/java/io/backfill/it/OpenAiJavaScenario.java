package io.backfill.it;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import io.backfill.it.support.InputLines;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Uploads, creates, polls, downloads, cancels, pages and deletes with the official Java client, in whichever version is on the
 * class path. Runs against any gateway that has a model {@code steady}. Can also run as a separate program, which needs only the
 * client.
 */
final class OpenAiJavaScenario {
    private static final long POLL_NANOS = 50_000_000;
    private static final long LIMIT_NANOS = 60_000_000_000L;

    private final OpenAIClient client;

    OpenAiJavaScenario(URI gateway) {
        this.client = OpenAIOkHttpClient.builder()
                .baseUrl(gateway + "/v1")
                .apiKey("sk-any")
                .timeout(Duration.ofSeconds(30))
                .responseValidation(true)
                .build();
    }

    /**
     * Exits with status 1 and a stack trace if a check fails.
     *
     * @param arguments the gateway's address
     */
    public static void main(String[] arguments) throws IOException {
        new OpenAiJavaScenario(URI.create(arguments[0])).run();
        // otherwise the client's idle threads would keep the process alive for a minute
        System.exit(0);
    }

    void run() throws IOException {
        FileObject fromBytes = upload(InputLines.chat("steady", 20).bytes());
        FileObject fromPath = uploadedFromAPath(InputLines.chat("steady", 3));
        Batch done = ended(create(fromBytes.id()).id(), Batch.Status.COMPLETED);
        require(done.requestCounts().orElseThrow().completed() == 20, "counts", done);
        require(done.errorFileId().isEmpty(), "error file", done);
        String output = content(done.outputFileId().orElseThrow());
        require(output.lines().count() == 20, "output lines", output);

        Batch cancelled = cancelled(fromPath.id());
        pageBatches(Set.of(done.id(), cancelled.id()));
        pageAndDeleteFiles(
                List.of(fromBytes.id(), fromPath.id(), done.outputFileId().orElseThrow()));
        conflictAndNotFound(done.id());
        client.close();
    }

    private FileObject upload(byte[] lines) {
        FileObject file = client.files()
                .create(FileCreateParams.builder()
                        .file(lines)
                        .purpose(FilePurpose.BATCH)
                        .build());
        require(file.bytes() == lines.length, "bytes", file);
        require(client.files().retrieve(file.id()).equals(file), "the file again", file);
        return file;
    }

    private FileObject uploadedFromAPath(InputLines lines) throws IOException {
        Path path = Files.write(Files.createTempFile("scenario", ".jsonl"), lines.bytes());
        FileObject file = client.files()
                .create(FileCreateParams.builder()
                        .file(path)
                        .purpose(FilePurpose.BATCH)
                        .build());
        require(file.filename().equals(path.getFileName().toString()), "filename", file);
        require(content(file.id()).equals(new String(lines.bytes(), StandardCharsets.UTF_8)), "content", file);
        Files.delete(path);
        return file;
    }

    private Batch create(String inputFile) {
        return client.batches()
                .create(BatchCreateParams.builder()
                        .inputFileId(inputFile)
                        .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                        .completionWindow(BatchCreateParams.CompletionWindow._24H)
                        .build());
    }

    private Batch ended(String id, Batch.Status status) {
        long end = System.nanoTime() + LIMIT_NANOS;
        Batch batch = client.batches().retrieve(id);
        while (!batch.status().equals(status)) {
            require(System.nanoTime() - end < 0, "an end as " + status, batch);
            LockSupport.parkNanos(POLL_NANOS);
            batch = client.batches().retrieve(id);
        }
        return batch;
    }

    private Batch cancelled(String inputFile) {
        Batch cancelling = client.batches().cancel(create(inputFile).id());
        require(cancelling.cancellingAt().isPresent(), "cancelling_at", cancelling);
        Batch batch = ended(cancelling.id(), Batch.Status.CANCELLED);
        require(batch.cancelledAt().isPresent(), "cancelled_at", batch);
        return batch;
    }

    private String content(String file) throws IOException {
        try (HttpResponse answer = client.files().content(file)) {
            return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Uses one batch per page, so that the cursor of every page is used. */
    private void pageBatches(Set<String> wanted) {
        Set<String> missing = new HashSet<>(wanted);
        List<String> seen = new ArrayList<>();
        for (Batch batch : client.batches()
                .list(BatchListParams.builder().limit(1).build())
                .autoPager()) {
            seen.add(batch.id());
            missing.remove(batch.id());
            if (missing.isEmpty()) {
                break;
            }
        }
        require(missing.isEmpty() && new HashSet<>(seen).size() == seen.size(), "pages of batches", seen);
    }

    /** Deletes each file while it continues to page. */
    private void pageAndDeleteFiles(List<String> wanted) {
        Set<String> missing = new HashSet<>(wanted);
        for (FileObject file : client.files()
                .list(FileListParams.builder()
                        .limit(1)
                        .order(FileListParams.Order.DESC)
                        .build())
                .autoPager()) {
            if (missing.remove(file.id())) {
                require(client.files().delete(file.id()).deleted(), "deleted", file);
            }
            if (missing.isEmpty()) {
                break;
            }
        }
        require(missing.isEmpty(), "pages of files", missing);
        for (String deleted : wanted) {
            try {
                client.files().retrieve(deleted);
                throw new AssertionError("still there: " + deleted);
            } catch (NotFoundException gone) {
                require(gone.getMessage().contains("No such File object"), "message", gone.getMessage());
            }
        }
    }

    private void conflictAndNotFound(String completedBatch) {
        try {
            client.batches().cancel(completedBatch);
            throw new AssertionError("a completed batch was cancelled");
        } catch (UnexpectedStatusCodeException conflict) {
            require(conflict.statusCode() == 409, "409", conflict);
        }
        try {
            client.batches().retrieve("batch_" + "0".repeat(32));
            throw new AssertionError("a batch that never was");
        } catch (NotFoundException unknown) {
            require(unknown.getMessage().contains("No batch found with id"), "message", unknown.getMessage());
        }
    }

    private static void require(boolean holds, String what, Object seen) {
        if (!holds) {
            throw new AssertionError(what + ": " + seen);
        }
    }
}
