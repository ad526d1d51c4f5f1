package io.backfill.files.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3StoreCheckTest {
    @TempDir
    Path cache;

    @Test
    void checkShouldSayWhatIsWrong() throws IOException {
        S3Config config = S3Server.shared().config();
        try (S3Store s3 = S3Store.of(cache, config, (request, sending) -> StagedHttp.failure(403, "AccessDenied"))) {
            assertThatThrownBy(() -> s3.store().check())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("credentials");
        }
    }

    @Test
    void checkShouldEndAfterSecondsWhenNobodyAnswers() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        try (S3Store s3 = S3Store.of(cache, S3Server.shared().config(), (request, sending) -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return sending.send();
        })) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> s3.store().check())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("did not answer");
            assertThat((System.nanoTime() - start) / 1_000_000_000L).isBetween(4L, 9L);
        }
    }
}
