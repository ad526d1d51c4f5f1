package io.backfill.queue.redis;

import java.io.Serial;
import java.util.List;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** The server answers, and does not take what it is sent: it was demoted, is loading, or our keys are elsewhere. */
final class NotMasterException extends JedisConnectionException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Older servers put the reason into the middle of what they say of a script. */
    private static final List<String> REASONS =
            List.of("READONLY ", "LOADING ", "MASTERDOWN ", "CLUSTERDOWN ", "MOVED ");

    NotMasterException(JedisDataException answer) {
        super(String.valueOf(answer.getMessage()), answer);
    }

    static boolean isSaidBy(JedisDataException answer) {
        String message = String.valueOf(answer.getMessage());
        return REASONS.stream().anyMatch(message::contains);
    }
}
