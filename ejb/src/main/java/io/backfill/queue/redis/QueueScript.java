package io.backfill.queue.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The operations of {@code queue.lua} on the keys of one queue, each in one round trip. The script is sent again to a server
 * that does not have it.
 */
final class QueueScript {
    private static final String TEXT = text();
    private static final String SHA = sha1(TEXT);
    private static final List<String> NAMES = List.of("waiting", "taken", "turns", "places", "seen", "run", "pass");

    private final GuardedRedis redis;
    private final List<String> keys;

    /** @param prefix prefix of all keys, which lie in one hash slot of a cluster */
    QueueScript(GuardedRedis redis, String prefix) {
        this.redis = redis;
        this.keys = NAMES.stream().map(name -> prefix + ":{queue}:" + name).toList();
    }

    /** Returns a number, or empty if there was no answer or one of another type. */
    OptionalLong number(String operation, String... arguments) {
        return call(operation, arguments)
                .filter(Long.class::isInstance)
                .map(answer -> OptionalLong.of((Long) answer))
                .orElse(OptionalLong.empty());
    }

    /** Returns strings, or empty if there was no answer or one of another type. */
    Optional<List<String>> texts(String operation, String... arguments) {
        return call(operation, arguments)
                .filter(List.class::isInstance)
                .map(answer -> ((List<?>) answer).stream().map(String::valueOf).toList());
    }

    private Optional<Object> call(String operation, String... arguments) {
        List<String> rest = new ArrayList<>();
        rest.add(String.valueOf(keys.size()));
        rest.addAll(keys);
        rest.add(operation);
        rest.addAll(Arrays.asList(arguments));
        return redis.ask(connection -> {
            try {
                return send(connection, Protocol.Command.EVALSHA, SHA, rest);
            } catch (JedisNoScriptException forgotten) {
                return send(connection, Protocol.Command.EVAL, TEXT, rest);
            }
        });
    }

    private static Object send(Connection connection, Protocol.Command command, String script, List<String> rest) {
        connection.sendCommand(
                command, Stream.concat(Stream.of(script), rest.stream()).toArray(String[]::new));
        return connection.getOne();
    }

    private static String text() {
        try (InputStream in = QueueScript.class.getResourceAsStream("queue.lua")) {
            if (in == null) {
                throw new IllegalStateException("queue.lua is missing from the application");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK does not provide SHA-1", e);
        }
    }
}
