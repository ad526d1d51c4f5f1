package io.backfill.it.other;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.util.concurrent.CountDownLatch;

/** The work of another application on the same server: it lasts until the job is stopped. */
@Named
@Dependent
public class WaitingBatchlet extends AbstractBatchlet {
    private final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public String process() throws InterruptedException {
        stopped.await();
        return "DONE";
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
