package io.backfill.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.files.FileCatalog;
import io.backfill.files.UploadCatalog;
import io.backfill.ids.BatchId;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.memory.MemoryUploadCatalog;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.BatchQueueContract;
import io.backfill.retention.EndedUploads;
import io.backfill.testing.RedisServer;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Runs the contract of every queue on Redis alone: its fallback is empty. */
class RedisQueueContractTest implements BatchQueueContract {
    private static RedisServer server;

    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog batches = new MemoryBatchCatalog(time);
    private final MemoryUploadCatalog uploads = new MemoryUploadCatalog();
    private final RedisNode node = new RedisNode(server.port(), new Nothing(), (after, limit) -> List.of());

    @BeforeAll
    static void start() {
        server = new RedisServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void clear() {
        assertThat(node.redis.isAway()).isFalse();
        node.close();
        assertThat(server.command("FLUSHALL")).isEqualTo("+OK");
    }

    @Override
    public MemoryBatchCatalog batches() {
        return batches;
    }

    @Override
    public MemoryBatchCatalog leases() {
        return batches;
    }

    @Override
    public FileCatalog files() {
        return batches.files();
    }

    @Override
    public UploadCatalog uploads() {
        return uploads;
    }

    @Override
    public EndedUploads endedUploads() {
        return uploads;
    }

    @Override
    public MemoryBatchCatalog waiting() {
        return batches;
    }

    @Override
    public BatchQueue queue() {
        return node.queue;
    }

    @Override
    public SettableTime time() {
        return time;
    }

    @Override
    public void ageLeases(Duration by) {
        time.advance(by);
    }

    private static final class Nothing implements BatchQueue {
        @Override
        public void offer(Batch batch) {}

        @Override
        public List<Candidate> next(int limit) {
            return List.of();
        }

        @Override
        public void remove(BatchId id) {}

        @Override
        public long size() {
            return 0;
        }
    }
}
