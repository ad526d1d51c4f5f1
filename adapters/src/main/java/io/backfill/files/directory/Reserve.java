package io.backfill.files.directory;

import io.backfill.files.StorageFullException;
import java.nio.file.Path;

/**
 * Space on the disk that the store leaves alone, because others need it to stay well when the store has filled the rest: the
 * databases of profile {@code local} live on the same disk, and one that cannot write has to be opened anew.
 *
 * @param bytes that stay free; 0: the store may use all
 */
public record Reserve(Path disk, long bytes) {
    /** @throws StorageFullException when nothing more may be written now; space may come back */
    void require() throws StorageFullException {
        if (!hasRoom()) {
            throw new StorageFullException(
                    "the disk of the file store is full: the last " + bytes + " bytes stay free for the databases",
                    null);
        }
    }

    /** Whether more may be written now. */
    public boolean hasRoom() {
        return bytes == 0 || disk.toFile().getUsableSpace() >= bytes;
    }

    static Reserve none(Path disk) {
        return new Reserve(disk, 0);
    }
}
