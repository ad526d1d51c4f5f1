package io.backfill.service;

import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;

/** A store in which something happens just before parts are joined. */
record BeforeJoin(FileStore store, Runnable event) implements FileStore {
    @Override
    public long put(String key, InputStream bytes, long maxBytes) throws IOException {
        return store.put(key, bytes, maxBytes);
    }

    @Override
    public long concatenate(String target, List<BlobPiece> pieces) throws IOException {
        event.run();
        return store.concatenate(target, pieces);
    }

    @Override
    public BlobReader open(String key) throws IOException {
        return store.open(key);
    }

    @Override
    public OptionalLong size(String key) throws IOException {
        return store.size(key);
    }

    @Override
    public List<String> list(String folder, String after, int limit) throws IOException {
        return store.list(folder, after, limit);
    }

    @Override
    public void delete(String key) throws IOException {
        store.delete(key);
    }

    @Override
    public void deleteFolder(String folder) throws IOException {
        store.deleteFolder(folder);
    }

    @Override
    public void check() throws IOException {
        store.check();
    }
}
