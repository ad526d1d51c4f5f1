package io.backfill.results;

import io.backfill.files.BlobPiece;
import java.util.List;

/** Result lines of earlier batches that follow those of a batch in its files. */
public record Inherited(List<BlobPiece> output, List<BlobPiece> errors) {
    public static final Inherited NONE = new Inherited(List.of(), List.of());

    public Inherited {
        output = List.copyOf(output);
        errors = List.copyOf(errors);
    }
}
