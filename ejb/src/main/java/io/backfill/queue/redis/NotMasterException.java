package io.backfill.queue.redis;

import java.io.Serial;
import java.util.List;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** The server responds but does not accept the request: it was demoted, is loading its data, or another node has the keys. */
final class NotMasterException extends JedisConnectionException {
    @Serial
    private static final long serialVersionUID = 1;

    /**
     * Prefixes of error messages. Searched anywhere in the message, because older servers put them in the middle of the error
     * of a script.
     */
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
