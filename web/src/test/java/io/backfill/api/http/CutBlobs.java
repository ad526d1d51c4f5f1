package io.backfill.api.http;

import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.testing.MemoryFileStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;

/** A store that loses the end of long blobs while they are read. */
final class CutBlobs implements FileStore {
    private final MemoryFileStore store = new MemoryFileStore();
    private final long kept;

    CutBlobs(long kept) {
        this.kept = kept;
    }

    @Override
    public BlobReader open(String key) throws IOException {
        BlobReader whole = store.open(key);
        return new BlobReader() {
            @Override
            public long size() {
                return whole.size();
            }

            @Override
            public void readFully(long position, byte[] into, int offset, int length) throws IOException {
                whole.readFully(position, into, offset, length);
            }

            @Override
            public InputStream stream(long position, long length) throws IOException {
                return whole.stream(position, Math.min(length, kept));
            }

            @Override
            public void close() throws IOException {
                whole.close();
            }
        };
    }

    @Override
    public long put(String key, InputStream bytes, long maxBytes) throws IOException {
        return store.put(key, bytes, maxBytes);
    }

    @Override
    public long concatenate(String target, List<BlobPiece> pieces) throws IOException {
        return store.concatenate(target, pieces);
    }

    @Override
    public OptionalLong size(String key) {
        return store.size(key);
    }

    @Override
    public List<String> list(String folder, String after, int limit) {
        return store.list(folder, after, limit);
    }

    @Override
    public void delete(String key) {
        store.delete(key);
    }

    @Override
    public void deleteFolder(String folder) {
        store.deleteFolder(folder);
    }

    @Override
    public void check() {
        store.check();
    }
}
