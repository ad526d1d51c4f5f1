package io.backfill.it.house;

import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.storage.Storage;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Keeps files and results in the folder that the house provides. */
@Alternative
@Priority(100)
@Dependent
public class HouseStorage {
    private static final long FREE_BYTES = 64 << 20;

    @Produces
    @Singleton
    Storage storage(@ConfigProperty(name = "house.folder") String folder) {
        Path path = Path.of(folder);
        return Storage.inFolder(
                path, new FreeSpaceFloor(path.getParent(), FREE_BYTES), ForcePolicy.SECOND, Thread::startVirtualThread);
    }
}
