package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.StoreOwner;
import io.backfill.files.directory.DirectoryFileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreGuardTest {
    @TempDir
    Path folder;

    private StoreGuard guard(Path store, String catalog) {
        return new StoreGuard(new StoreOwner(new DirectoryFileStore(store), "directory " + store, catalog));
    }

    @Test
    void aStoreOfAnotherCatalogShouldRefuseTheStart() {
        StoreGuard first = guard(folder, "catalog-1");
        first.verifyAtStart(Runnable::run);

        assertThat(first.isVerified()).isTrue();
        assertThatThrownBy(() -> guard(folder, "catalog-2").verifyAtStart(Runnable::run))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("catalog-1")
                .hasMessageContaining("catalog-2");
    }

    @Test
    void aStoreThatIsAwayAtTheStartShouldBeAskedAgain() throws IOException {
        Path inTheWay = Files.writeString(folder.resolve("store"), "no folder");
        StoreGuard guard = guard(inTheWay, "catalog-1");

        guard.verifyAtStart(Runnable::run);
        assertThat(guard.isVerified()).isFalse();
        assertThatThrownBy(guard::verifyOnce).isInstanceOf(IOException.class);

        Files.delete(inTheWay);
        guard.verifyOnce();
        assertThat(guard.isVerified()).isTrue();
    }
}
