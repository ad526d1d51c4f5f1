package io.backfill.files.directory;

import io.backfill.files.StorageFullException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Space on the disk that the store leaves alone, because others need it to stay well when the store has filled the rest: the
 * databases of profile {@code local} live on the same disk, and one that cannot write has to be opened anew.
 *
 * @param bytes that stay free; 0: the store may use all
 * @param usable how many bytes are free now
 */
public record Reserve(long bytes, LongSupplier usable) {
    /** On the disk of a folder. */
    public Reserve(Path disk, long bytes) {
        this(bytes, () -> disk.toFile().getUsableSpace());
    }

    /**
     * Asks for room.
     *
     * @param more bytes that will be written now
     * @throws StorageFullException when they would leave less than the reserve; space may come back
     */
    public void require(long more) throws StorageFullException {
        if (!hasRoom(more)) {
            throw new StorageFullException(
                    "the disk of the file store is full: the last " + bytes + " bytes stay free for the databases",
                    null);
        }
    }

    /** Whether more may be written now. */
    public boolean hasRoom() {
        return hasRoom(0);
    }

    private boolean hasRoom(long more) {
        return bytes == 0 || usable.getAsLong() - more >= bytes;
    }

    static Reserve none(Path disk) {
        return new Reserve(disk, 0);
    }
}
