package io.backfill.it.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, stopping and killing the server itself, and two of them from one provisioned folder. */
class GatewayProcessIT {
    @TempDir
    private Path folder;

    @Test
    void twoServersShouldRunSideBySideFromOneProvisionedFolderAndSurviveEachOthersEnd() {
        try (GatewayProcess first = GatewayProcess.in(folder.resolve("first")).start();
                GatewayProcess second =
                        GatewayProcess.in(folder.resolve("second")).start()) {
            assertThat(first.isReady()).isTrue();
            first.kill9();
            assertThat(first.isAlive()).isFalse();
            assertThat(second.isReady()).isTrue();

            first.restart();
            assertThat(first.isReady()).isTrue();
            assertThat(second.terminate()).isEqualTo(128 + 15);
        }
    }
}
