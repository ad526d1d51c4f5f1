package io.backfill.dispatch;

import io.backfill.plan.PlanEntry;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Appends results to a log. A result that the store does not accept has been paid for, so the append is retried until the second
 * stage of the abort, or until the lease is lost. Blocks. Thread-safe; uses no lock of the window.
 */
record ResultAppender(ResultLog log, AbortSignal abort) {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

    void append(PlanEntry entry, ResultLine line) throws IOException, InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                log.append(entry, line);
                return;
            } catch (IOException e) {
                if (line.content().isBroken()
                        || abort.isCut()
                        || abort.cause().equals(Optional.of(AbortCause.LOST_LEASE))) {
                    throw e;
                }
                pauseForStore(pause);
                pause = pause.multipliedBy(2).compareTo(LAST_PAUSE) < 0 ? pause.multipliedBy(2) : LAST_PAUSE;
            }
        }
    }

    /** Waits for {@code pause} or the second stage of the abort. The first stage must not end the wait, or the loop would spin. */
    private void pauseForStore(Duration pause) throws InterruptedException {
        CountDownLatch cut = new CountDownLatch(1);
        try (AbortSignal.Registration _ = abort.onCut(cut::countDown)) {
            cut.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
