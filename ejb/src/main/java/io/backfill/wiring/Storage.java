package io.backfill.wiring;

import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.Reserve;
import io.backfill.results.ResultLogs;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.directory.ForcePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/**
 * Where bytes are.
 *
 * @param place for people
 */
record Storage(FileStore store, ResultLogs logs, String place) {
    static Storage of(Profile profile, Settings settings, DataFolder folder, Executor tasks) {
        return directory(profile, settings, folder, tasks);
    }

    private static Storage directory(Profile profile, Settings settings, DataFolder folder, Executor tasks) {
        Path files = settings.path(Setting.FILES_DIR).orElse(folder.store());
        Reserve reserve = new Reserve(
                settings.path(Setting.FILES_DIR).orElse(folder.root()), settings.number(Setting.FILES_MIN_FREE_BYTES));
        try {
            DirectoryFileStore store = new DirectoryFileStore(files, FileForce.DISK, reserve);
            if (!profile.shared()) {
                // elsewhere what looks unfinished may be another node's, which is at it
                store.removeLeftovers();
            }
            ResultLogs logs = new DirectoryResultLogs(
                    files, reserve, store, ForcePolicy.named(settings.text(Setting.FILES_FORCE)), tasks);
            return new Storage(store, logs, "directory " + files);
        } catch (IOException e) {
            throw new UncheckedIOException("the file store " + files + " cannot be used: " + e.getMessage(), e);
        }
    }
}
