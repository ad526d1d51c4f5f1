package io.backfill.door;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoorConfigTest {
    @ParameterizedTest
    @CsvSource({"160, 160, 96", "1000, 160, 96", "80, 80, 48", "32, 32, 19", "16, 16, 9", "3, 3, 2", "1, 3, 2"})
    void aServerWithFewerThreadsShouldKeepTheShareOfTransfers(int serverThreads, int threads, int transfers) {
        DoorConfig within = DoorConfig.DEFAULT.within(serverThreads);

        assertThat(within.threads()).isEqualTo(threads);
        assertThat(within.transfers()).isEqualTo(transfers);
        assertThat(within.bodyIdle()).isEqualTo(DoorConfig.DEFAULT.bodyIdle());
    }
}
