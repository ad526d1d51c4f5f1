package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that cannot run with its configuration ends at once, with status 2 and a line that states the reason. */
@ExtendWith(UsesSharedGateway.class)
class StartRefusedIT {
    private static final String STATUS_2 = "the gateway ended with status 2";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    BACKFILL_BATCHES_MAX_LINE   | 7       | unknown settings [BACKFILL_BATCHES_MAX_LINE
                    BACKFILL_PROFILE            | cluster | profile cluster needs BACKFILL_DB_URL
                    """)
    void wrongSettingsShouldEndTheStart(String variable, String value, String why) throws IOException {
        assertRefused(GatewayProcess.in(folder).with(variable, value), why);
    }

    @Test
    @Timeout(60)
    void aDataFolderInUseShouldEndTheStartAndLeaveItsOwnerInPeace(SharedGateway owner) throws IOException {
        Path inUse = owner.process().dataDir();
        assertRefused(
                GatewayProcess.in(folder).with("BACKFILL_DATA_DIR", inUse.toString()),
                "the data folder " + inUse + " is in use by another Backfill");
        assertThat(owner.process().isReady()).isTrue();
        owner.api().get("/v1/batches").expect(200);
    }

    @Test
    @Timeout(60)
    void theStoreOfAnotherCatalogShouldEndTheStart(SharedGateway owner) throws IOException {
        Path store = owner.process().dataDir().resolve("store");
        assertRefused(
                GatewayProcess.in(folder).with("BACKFILL_FILES_DIR", store.toString()),
                "the store (directory " + store + ") belongs to the catalog ");
        owner.api().get("/v1/batches").expect(200);
    }

    private void assertRefused(GatewayProcess.Builder gateway, String why) throws IOException {
        assertThatThrownBy(() -> gateway.start().close()).hasMessageContaining(STATUS_2);
        String console = Files.readString(folder.resolve("log/console.log"));
        assertThat(console.lines()).anySatisfy(line -> assertThat(line).contains(why));
    }
}
