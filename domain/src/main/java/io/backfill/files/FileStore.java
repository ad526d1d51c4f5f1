package io.backfill.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;

/**
 * SPI: bytes under keys ({@code files/file-…}, {@code batches/batch_…/plan}). Keys are made by us only, of
 * {@code [A-Za-z0-9._-]} segments joined by {@code /}. Writes are all or nothing: a key is visible with all its bytes, forced
 * to disk, or not at all, and a crash in the middle leaves nothing under the key. Nothing grows with the size of a blob but
 * time. Failures are {@link IOException}; no method retries.
 */
public interface FileStore {
    /**
     * Streams {@code bytes} to {@code key}, replacing what is there.
     *
     * @param maxBytes refuse more than this
     * @return the size
     * @throws TooManyBytesException at the first byte beyond {@code maxBytes}; nothing is kept
     * @throws StorageFullException when the store has no room; nothing is kept
     */
    long put(String key, InputStream bytes, long maxBytes) throws IOException;

    /**
     * Makes {@code target} of the pieces in their order, without passing the bytes through this process where the store can.
     * Doing it again gives the same bytes.
     *
     * @return the size
     */
    long concatenate(String target, List<BlobPiece> pieces) throws IOException;

    /** A reader for the blob, at any position, by many threads at once. Close it. {@link java.nio.file.NoSuchFileException} when absent. */
    BlobReader open(String key) throws IOException;

    /** The size, or empty when there is no such blob. */
    OptionalLong size(String key) throws IOException;

    /** The first keys below {@code folder}, in ascending order. Ends after {@code limit} keys. */
    default List<String> list(String folder, int limit) throws IOException {
        return list(folder, "", limit);
    }

    /**
     * The keys below {@code folder} that come behind {@code after}, in ascending order of their characters. Ends after {@code
     * limit} keys; fewer mean that there are no more.
     *
     * @param after exclusive cursor; need not be there, or be a key. Empty: from the first. Since {@code 0} is the character
     *     behind {@code /}, {@code batches/x0} leaves out all that is in the folder {@code batches/x}
     */
    List<String> list(String folder, String after, int limit) throws IOException;

    /** Removes the blob. Idempotent. */
    void delete(String key) throws IOException;

    /** Removes all blobs below {@code folder}. Idempotent; a crash in the middle leaves some. */
    void deleteFolder(String folder) throws IOException;

    /** Proves within a few seconds that the store takes and returns bytes; for readiness. */
    void check() throws IOException;
}
