package io.backfill.files.directory;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Forces bytes and names to disk, so that they survive a crash of the machine. */
public interface FileForce {
    /** Forces to the actual disk. */
    FileForce DISK = new FileForce() {
        @Override
        public void file(FileDescriptor file) throws IOException {
            file.sync();
        }

        @Override
        public void folder(Path folder) throws IOException {
            UninterruptibleIo.call(() -> {
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                    return folder;
                }
            });
        }
    };

    /** Returns when the bytes written to {@code file} so far are on disk. */
    void file(FileDescriptor file) throws IOException;

    /** Returns when the names in {@code folder} are on disk: files created, renamed into it, or removed. */
    void folder(Path folder) throws IOException;
}
