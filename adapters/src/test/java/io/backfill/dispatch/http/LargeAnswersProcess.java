package io.backfill.dispatch.http;

import io.backfill.answers.spool.SpoolFolder;
import io.backfill.answers.spool.SpoolPace;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.Outcome;
import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.models.Model;
import io.backfill.results.AnswerBody;
import io.backfill.results.AnswerHead;
import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.testing.Party;
import io.backfill.testing.SeededIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Sends many calls at once to a model with large answers, logs the answers, and reads the log as the next owner would. Prints the
 * number of lines found, unless it runs out of heap.
 */
final class LargeAnswersProcess {
    private LargeAnswersProcess() {}

    /** Arguments: root folder, number of calls, bytes per answer. */
    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        int calls = Integer.parseInt(args[1]);
        int size = Integer.parseInt(args[2]);
        FileStore store = new DirectoryFileStore(root.resolve("store"));
        PlannedBatch batch = PlannedBatch.in(store, SeededIds.batch(1), calls);
        Party open = new Party(calls);
        ScheduledThreadPoolExecutor timer = Calls.timer();
        ForcePolicy seldom = new ForcePolicy(false, Duration.ofHours(1));
        SpoolFolder spools = SpoolFolder.open(
                root.resolve("spool"), new FreeSpaceFloor(root, 0), 1L << 40, SpoolPace.unlimited(System::nanoTime));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ScriptedServer server = new ScriptedServer((request, connection) -> {
                    open.attend();
                    answer(connection, size);
                    return true;
                });
                HttpDispatcher dispatcher = new HttpDispatcher(
                        HttpConfig.DEFAULT, timer, Optional.of(spools), () -> Instant.EPOCH, System::nanoTime)) {
            Model model = Calls.model(Duration.ofMinutes(5), server.uri());
            DirectoryResultLogs logs = new DirectoryResultLogs(root.resolve("store"), store, seldom, threads);
            ResultLog log = logs.open(batch.id(), batch.plan(), 1);
            List<Future<?>> lines = new ArrayList<>();
            for (int place = 0; place < calls; place++) {
                int wanted = place;
                lines.add(threads.submit(() -> {
                    line(dispatcher, model, batch, log, wanted);
                    return null;
                }));
            }
            open.awaitGuests().disband();
            for (Future<?> line : lines) {
                line.get();
            }
            ResultLog next = new DirectoryResultLogs(root.resolve("store"), store, seldom, threads)
                    .open(batch.id(), batch.plan(), 2);
            System.out.println("found " + next.done().cardinality() + " lines, "
                    + next.totals().usage().totalTokens() + " tokens, " + spools.files() + " spools");
            next.close();
            log.close();
        }
        System.exit(0);
    }

    private static void line(HttpDispatcher dispatcher, Model model, PlannedBatch batch, ResultLog log, int place)
            throws IOException {
        Outcome outcome = dispatcher.dispatch(Calls.request(model, "{}", Map.of(), new AbortSignal(System::nanoTime)));
        if (!(outcome instanceof Outcome.Answered answered)) {
            throw new IOException("" + outcome);
        }
        AnswerBody body = AnswerBody.of(
                answered.answer(), new AnswerHead(answered.status(), answered.contentType(), Optional.empty()));
        try (ResultLine line = ResultLine.answered(
                batch.id(), batch.entry(place).line(), "\"c\"".getBytes(StandardCharsets.UTF_8), 200, "r", body)) {
            log.append(batch.entry(place), line);
        }
    }

    private static void answer(ScriptedServer.Connection connection, int size) throws IOException {
        byte[] piece = new byte[8192];
        Arrays.fill(piece, (byte) 'x');
        String end = "\",\n\"usage\":{\"total_tokens\":7}}";
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + (6 + (long) size / piece.length * piece.length + end.length()) + "\r\n\r\n{\"a\":\"");
        for (int i = 0; i < size / piece.length; i++) {
            connection.write(piece);
        }
        connection.write(end);
    }
}
