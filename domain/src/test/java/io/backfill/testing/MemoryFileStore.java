package io.backfill.testing;

import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.TooManyBytesException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A {@link FileStore} of byte arrays. In addition to the SPI it can append, as a zombie writer does to a segment. */
public final class MemoryFileStore implements FileStore {
    private final ConcurrentNavigableMap<String, byte[]> blobs = new ConcurrentSkipListMap<>();

    @Override
    public long put(String key, InputStream bytes, long maxBytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        for (int read = bytes.read(piece); read >= 0; read = bytes.read(piece)) {
            all.write(piece, 0, read);
            if (all.size() > maxBytes) {
                throw new TooManyBytesException(maxBytes);
            }
        }
        blobs.put(key, all.toByteArray());
        return all.size();
    }

    public void put(String key, byte[] bytes) {
        blobs.put(key, bytes.clone());
    }

    public void put(String key, String text) {
        put(key, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends to a blob, or creates it. */
    public void append(String key, byte[] more) {
        blobs.merge(key, more.clone(), MemoryFileStore::joined);
    }

    /** Returns the content of a blob. */
    public byte[] bytes(String key) throws IOException {
        byte[] bytes = blobs.get(key);
        if (bytes == null) {
            throw new NoSuchFileException(key);
        }
        return bytes.clone();
    }

    /** Returns the content of a blob, decoded as UTF-8. */
    public String text(String key) throws IOException {
        return new String(bytes(key), StandardCharsets.UTF_8);
    }

    @Override
    public long concatenate(String target, List<BlobPiece> pieces) throws IOException {
        byte[] all = new byte[0];
        for (BlobPiece piece : pieces) {
            byte[] part = new byte[Math.toIntExact(piece.length())];
            open(piece.key()).readFully(0, part, 0, part.length);
            all = joined(all, part);
        }
        blobs.put(target, all);
        return all.length;
    }

    @Override
    public BlobReader open(String key) throws IOException {
        return new Reader(key, bytes(key));
    }

    @Override
    public OptionalLong size(String key) {
        byte[] bytes = blobs.get(key);
        return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes.length);
    }

    @Override
    public List<String> list(String folder, int limit) {
        return list(folder, "", limit);
    }

    @Override
    public List<String> list(String folder, String after, int limit) {
        return blobs.tailMap(folder + "/").keySet().stream()
                .takeWhile(key -> key.startsWith(folder + "/"))
                .filter(key -> key.compareTo(after) > 0)
                .limit(limit)
                .toList();
    }

    @Override
    public void delete(String key) {
        blobs.remove(key);
    }

    @Override
    public void deleteFolder(String folder) {
        blobs.keySet().removeIf(key -> key.startsWith(folder + "/"));
    }

    @Override
    public void check() {}

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private record Reader(String key, byte[] bytes) implements BlobReader {
        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void readFully(long position, byte[] into, int offset, int length) throws IOException {
            if (position + length > bytes.length) {
                throw new EOFException(key + " ends before byte " + (position + length));
            }
            System.arraycopy(bytes, (int) position, into, offset, length);
        }

        @Override
        public InputStream stream(long position, long length) {
            return new ByteArrayInputStream(bytes, (int) position, (int) length);
        }

        @Override
        public void close() {}
    }
}
