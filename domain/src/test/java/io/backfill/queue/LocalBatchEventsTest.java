package io.backfill.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.backfill.testing.SeededIds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LocalBatchEventsTest {
    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final LocalBatchEvents events = new LocalBatchEvents(executor::add);
    private final Wakeup cancel = new Wakeup.Order(SeededIds.batch(1));

    @Test
    void everySubscriberShouldHearEveryLaterWakeup() {
        List<Wakeup> first = new ArrayList<>();
        List<Wakeup> second = new ArrayList<>();
        events.subscribe(first::add);
        events.publish(cancel);
        events.subscribe(second::add);
        events.publish(new Wakeup.Work());

        executor.forEach(Runnable::run);

        assertThat(first).containsExactly(cancel, new Wakeup.Work());
        assertThat(second).containsExactly(new Wakeup.Work());
    }

    @Test
    void publishShouldNotRunAListenerItself() {
        List<Wakeup> heard = new ArrayList<>();
        events.subscribe(heard::add);

        events.publish(cancel);

        assertThat(heard).isEmpty();
    }

    @Test
    void publishShouldNotThrowWhenTheExecutorIsShutDown() {
        LocalBatchEvents closing = new LocalBatchEvents(task -> {
            throw new RejectedExecutionException("closed");
        });
        closing.subscribe(wakeup -> {});

        assertThatCode(() -> closing.publish(cancel)).doesNotThrowAnyException();
    }
}
