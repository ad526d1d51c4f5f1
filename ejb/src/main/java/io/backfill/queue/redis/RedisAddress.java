package io.backfill.queue.redis;

import io.backfill.models.Model;
import io.backfill.tls.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;

/**
 * Where a Redis or Valkey server is and how it is spoken to. As text it shows no password.
 *
 * @param user empty for the server's default user
 * @param password empty where none is asked for
 * @param tls empty for a plain connection
 * @param connectTimeout the longest wait for a connection
 * @param readTimeout the longest wait for an answer
 */
public record RedisAddress(
        String host,
        int port,
        Optional<String> user,
        Optional<String> password,
        int database,
        Optional<SSLContext> tls,
        Duration connectTimeout,
        Duration readTimeout) {
    private static final int DEFAULT_PORT = 6379;
    private static final String FORM =
            "must have the form redis://[[user]:password@]host[:port][/database] (rediss: with TLS)";

    public RedisAddress {
        if (connectTimeout.toMillis() < 1 || readTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("the time-outs of Redis must be at least 1ms");
        }
    }

    /**
     * What a URL says, with time-outs of 2 s. Special characters in user and password are percent-encoded.
     *
     * @param caFile CAs in PEM form to trust alone, for {@code rediss}; else the platform's are trusted
     * @throws IllegalArgumentException with a message for operators, without the password
     */
    public static RedisAddress parse(String url, Optional<Path> caFile) {
        URI uri = uri(url);
        boolean secure = "rediss".equalsIgnoreCase(uri.getScheme());
        boolean known = secure || "redis".equalsIgnoreCase(uri.getScheme());
        if (!known || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(FORM);
        }
        if (caFile.isPresent() && !secure) {
            throw new IllegalArgumentException("has a CA file, so it must begin with rediss://");
        }
        String login = Optional.ofNullable(uri.getRawUserInfo()).orElse("");
        int colon = login.indexOf(':');
        if (colon < 0 && !login.isEmpty()) {
            throw new IllegalArgumentException(FORM);
        }
        return new RedisAddress(
                uri.getHost().replace("[", "").replace("]", ""),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                text(login.substring(0, Math.max(colon, 0))),
                text(login.substring(colon + 1)),
                database(uri.getRawPath()),
                secure ? Optional.of(context(caFile)) : Optional.empty(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2));
    }

    private static URI uri(String url) {
        try {
            return new URI(url.trim());
        } catch (URISyntaxException e) {
            // not as a cause: it would show the password
            throw new IllegalArgumentException(FORM);
        }
    }

    private static Optional<String> text(String encoded) {
        return Optional.of(URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8))
                .filter(decoded -> !decoded.isEmpty());
    }

    private static int database(String path) {
        String number = path.startsWith("/") ? path.substring(1) : path;
        if (number.isEmpty()) {
            return 0;
        }
        if (!number.matches("[0-9]{1,4}")) {
            throw new IllegalArgumentException(FORM);
        }
        return Integer.parseInt(number);
    }

    private static SSLContext context(Optional<Path> caFile) {
        if (caFile.isEmpty()) {
            return ClientTls.systemDefault();
        }
        try {
            return ClientTls.context(new Model.Tls(caFile, Optional.empty(), Optional.empty()));
        } catch (IOException e) {
            throw new IllegalArgumentException("has a CA file that cannot be used: " + e.getMessage(), e);
        }
    }

    public RedisAddress withTimeouts(Duration connect, Duration read) {
        return new RedisAddress(host, port, user, password, database, tls, connect, read);
    }

    HostAndPort hostAndPort() {
        return new HostAndPort(host, port);
    }

    /** @param silence how long a connection that listens may hear nothing before it counts as broken */
    DefaultJedisClientConfig clientConfig(Duration silence) {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                // no greetings: each answer that is waited for while connecting may cost a whole time-out
                .serverDefaultProtocol()
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .connectionTimeoutMillis(Math.toIntExact(connectTimeout.toMillis()))
                .socketTimeoutMillis(Math.toIntExact(readTimeout.toMillis()))
                .blockingSocketTimeoutMillis(Math.toIntExact(silence.toMillis()))
                .database(database);
        user.ifPresent(config::user);
        password.ifPresent(config::password);
        tls.ifPresent(context -> {
            SSLParameters parameters = new SSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            config.ssl(true).sslSocketFactory(context.getSocketFactory()).sslParameters(parameters);
        });
        return config.build();
    }

    @Override
    public String toString() {
        return (tls.isPresent() ? "rediss://" : "redis://") + host + ":" + port + "/" + database;
    }
}
