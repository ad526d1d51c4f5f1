package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The result files of an ended batch. */
final class Results {
    private Results() {}

    /** Downloads the output file and the error file, as far as they exist, to {@code folder}. */
    static List<Path> fetch(GatewayClient client, BatchState batch, Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        if (batch.outputFileId().isPresent()) {
            files.add(folder.resolve(batch.id() + ".output.jsonl"));
            client.download(batch.outputFileId().get(), files.getLast());
        }
        if (batch.errorFileId().isPresent()) {
            files.add(folder.resolve(batch.id() + ".errors.jsonl"));
            client.download(batch.errorFileId().get(), files.getLast());
        }
        return List.copyOf(files);
    }
}
