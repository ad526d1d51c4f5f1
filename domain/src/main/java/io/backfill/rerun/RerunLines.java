package io.backfill.rerun;

import io.backfill.batches.Rerun;
import io.backfill.files.FileStore;
import io.backfill.ids.FileId;
import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;

/** Finds the lines that a rerun runs again. */
public final class RerunLines {
    private RerunLines() {}

    /**
     * Returns their physical line numbers. The same for every call.
     *
     * @throws java.nio.file.NoSuchFileException if the parent's error file is gone
     */
    public static BitSet of(Rerun rerun, FileStore store) throws IOException {
        BitSet chosen = new BitSet();
        Optional<FileId> errors = rerun.ancestors().getFirst().errors();
        if (errors.isPresent()) {
            ResultFileScan.read(store, errors.get(), line -> {
                boolean wanted = switch (rerun.lines()) {
                    case FAILED -> line.ran();
                    case NOT_RUN -> !line.ran();
                    case UNSUCCESSFUL -> true;
                };
                if (wanted) {
                    chosen.set(line.number());
                }
            });
        }
        return chosen;
    }
}
