package io.backfill.service;

import io.backfill.files.BlobReader;
import io.backfill.files.StoredFile;
import java.io.Closeable;
import java.io.IOException;

/** A file's record and its opened bytes. Close it. */
public record FileContent(StoredFile file, BlobReader bytes) implements Closeable {
    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
