package io.backfill.files.directory;

import io.backfill.files.StorageFullException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Disk space that the store must not use. The databases of profile {@code local} are on the same disk, and a database that cannot
 * write must be reopened.
 *
 * @param bytes number of bytes that must stay free, or 0 if the store may use the whole disk
 * @param usable returns the number of usable bytes
 */
public record FreeSpaceFloor(long bytes, LongSupplier usable) {
    /** Keeps {@code bytes} bytes free on the disk that holds the folder {@code disk}. */
    public FreeSpaceFloor(Path disk, long bytes) {
        this(bytes, () -> disk.toFile().getUsableSpace());
    }

    /**
     * Checks that there is room for a write.
     *
     * @param more number of bytes to be written
     * @throws StorageFullException if the write would leave fewer bytes free; a later check may succeed
     */
    public void require(long more) throws StorageFullException {
        if (!hasRoom(more)) {
            throw new StorageFullException(
                    "the disk of the file store is full: the last " + bytes + " bytes are reserved for the databases",
                    null);
        }
    }

    /** Returns true if at least that many bytes are free. */
    public boolean hasRoom() {
        return hasRoom(0);
    }

    private boolean hasRoom(long more) {
        return bytes == 0 || usable.getAsLong() - more >= bytes;
    }

    static FreeSpaceFloor none(Path disk) {
        return new FreeSpaceFloor(disk, 0);
    }
}
