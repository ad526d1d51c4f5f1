package io.backfill.results.directory;

import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.StoreFolder;
import io.backfill.results.Checkpoint;
import io.backfill.results.Segment;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** {@link LogFiles} in a folder. Uses streams, because an interrupt of the appending thread would close a channel. */
final class DirectoryLogFiles implements LogFiles {
    private static final int COPY_BUFFER_BYTES = 64 << 10;

    private final StoreFolder store;
    private final Path folder;

    private DirectoryLogFiles(StoreFolder store, Path folder) {
        this.store = store;
        this.folder = folder;
    }

    /** Creates the folder. Later writes do not create it, so the log of a deleted batch does not reappear. */
    static DirectoryLogFiles open(StoreFolder store, String key) throws IOException {
        Path folder = store.path(key);
        store.createFolders(folder);
        return new DirectoryLogFiles(store, folder);
    }

    @Override
    public List<String> names() throws IOException {
        return store.entries(folder).stream()
                .map(path -> String.valueOf(path.getFileName()))
                .toList();
    }

    @Override
    public Checkpoint checkpoint(long epoch) throws IOException {
        try (InputStream in = new BufferedInputStream(open(Checkpoint.name(epoch)))) {
            return Checkpoint.read(in);
        }
    }

    @Override
    public void record(Checkpoint checkpoint) throws IOException {
        store.replace(folder.resolve(Checkpoint.name(checkpoint.epoch())), out -> out.write(checkpoint.toJson()));
    }

    @Override
    public InputStream read(Segment segment, long position) throws IOException {
        FileInputStream in = open(segment.name());
        in.getChannel().position(position);
        return in;
    }

    @Override
    public long size(Segment segment) throws IOException {
        try {
            return Files.size(folder.resolve(segment.name()));
        } catch (NoSuchFileException absent) {
            return 0;
        }
    }

    @Override
    public void force(Segment segment) throws IOException {
        try (FileInputStream in = open(segment.name())) {
            store.force().file(in.getFD());
        }
        store.force().folder(folder);
    }

    @Override
    public SegmentOutput create(Segment segment) throws IOException {
        Path path = folder.resolve(segment.name());
        try {
            Files.createFile(path);
            return new Output(new FileOutputStream(path.toFile(), true));
        } catch (IOException e) {
            throw store.named(e);
        }
    }

    private FileInputStream open(String name) throws IOException {
        return new FileInputStream(folder.resolve(name).toFile());
    }

    private final class Output implements SegmentOutput {
        private final FileOutputStream out;
        private boolean nameForced;

        Output(FileOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(byte[] line) throws IOException {
            try {
                store.requireRoom(line.length);
                out.write(line);
            } catch (IOException e) {
                throw store.named(e);
            }
        }

        @Override
        public void write(InputStream line, long length) throws IOException {
            try {
                store.requireRoom(length);
                byte[] buffer = new byte[COPY_BUFFER_BYTES];
                long written = 0;
                for (int read = line.read(buffer); read >= 0; read = line.read(buffer)) {
                    out.write(buffer, 0, read);
                    written += read;
                }
                if (written != length) {
                    throw new EOFException("expected a line of " + length + " bytes but read " + written);
                }
            } catch (IOException e) {
                throw store.named(e);
            }
        }

        @Override
        public void force() throws IOException {
            FileForce force = store.force();
            try {
                force.file(out.getFD());
                if (!nameForced) {
                    force.folder(folder);
                    nameForced = true;
                }
            } catch (IOException e) {
                throw store.named(e);
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
