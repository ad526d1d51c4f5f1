package io.backfill.decompression;

import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class CompressedInputInDirectoryTest implements CompressedInputContract {
    @TempDir
    Path folder;

    private DirectoryFileStore store;

    @BeforeEach
    void open() throws IOException {
        store = new DirectoryFileStore(folder);
    }

    @Override
    public FileStore store() {
        return store;
    }
}
