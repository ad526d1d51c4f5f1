package io.backfill.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.MemoryFileStore;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class StoreOwnerTest {
    private final FileStore store = new MemoryFileStore();

    @Test
    void theFirstCatalogShouldOwnTheStoreFromThenOn() throws IOException {
        new StoreOwner(store, "bucket b", "catalog-1").verify();

        assertThatCode(() -> new StoreOwner(store, "bucket b", "catalog-1").verify())
                .doesNotThrowAnyException();
        assertThat(store.size(StoreOwner.KEY)).hasValue("catalog-1".length());
    }

    @Test
    void anotherCatalogShouldBeRefusedWithBothNamed() throws IOException {
        new StoreOwner(store, "bucket b", "catalog-1").verify();

        assertThatThrownBy(() -> new StoreOwner(store, "bucket b", "catalog-2").verify())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bucket b")
                .hasMessageContaining("catalog-1")
                .hasMessageContaining("catalog-2");
    }
}
