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
    @Message(id = 220, value = "Redis at %s does not answer, the database says which batch is next: %s")
    void away(RedisAddress address, String why);

    @LogMessage(level = INFO)
    @Message(id = 221, value = "Redis at %s answers again")
    void back(RedisAddress address);

    @LogMessage(level = WARN)
    @Message(id = 222, value = "Redis at %s refused a request, the database says which batch is next: %s")
    void refused(RedisAddress address, String why);

    @LogMessage(level = WARN)
    @Message(id = 223, value = "Wake-ups of other nodes are not heard from Redis at %s, this node polls instead: %s")
    void notListening(RedisAddress address, String why);

    @LogMessage(level = WARN)
    @Message(
            id = 224,
            value = "What Redis at %s held of the queue did not fit together; it is built anew from the rows")
    void inconsistent(RedisAddress address);
}
