package io.backfill.queue.redis;

import static org.jboss.logging.Logger.Level.INFO;
import static org.jboss.logging.Logger.Level.WARN;

import java.lang.invoke.MethodHandles;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;

/** Messages about Redis, BF000220 to BF000229. */
@MessageLogger(projectCode = "BF", length = 6)
interface RedisLog extends BasicLogger {
    RedisLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), RedisLog.class, "io.backfill");

    @LogMessage(level = WARN)
    @Message(id = 220, value = "Redis at %s is not responding, selecting batches from the database instead: %s")
    void away(RedisAddress address, String why);

    @LogMessage(level = INFO)
    @Message(id = 221, value = "Redis at %s is responding again")
    void back(RedisAddress address);

    @LogMessage(level = WARN)
    @Message(id = 222, value = "Redis at %s rejected a request, selecting batches from the database instead: %s")
    void refused(RedisAddress address, String why);

    @LogMessage(level = WARN)
    @Message(id = 223, value = "Cannot receive wake-ups from Redis at %s, polling the database instead: %s")
    void notListening(RedisAddress address, String why);

    @LogMessage(level = WARN)
    @Message(id = 224, value = "The queue data in Redis at %s is inconsistent; rebuilding it from the database")
    void inconsistent(RedisAddress address);
}
