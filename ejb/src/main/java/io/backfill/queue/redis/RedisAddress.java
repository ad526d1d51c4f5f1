package io.backfill.queue.redis;

import io.backfill.models.Model;
import io.backfill.tls.ClientTls;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The address of Redis or Valkey and the parameters of its connections. The string representation omits the password.
 *
 * @param servers the server; or some nodes of a cluster; or the sentinels that know the server
 * @param master the name of the server at the sentinels; otherwise empty
 * @param user empty for the server's default user
 * @param password empty if the server requires none
 * @param tls empty for a plain connection; its file is read for each new connection
 * @param connectTimeout time limit for connecting
 * @param readTimeout time limit for an answer
 */
public record RedisAddress(
        Kind kind,
        List<HostAndPort> servers,
        String master,
        Optional<String> user,
        Optional<String> password,
        int database,
        Optional<Model.Tls> tls,
        Duration connectTimeout,
        Duration readTimeout) {
    /** How the server that accepts writes is found. */
    public enum Kind {
        SERVER("", DEFAULT_PORT),
        SENTINEL("-sentinel", 26379),
        CLUSTER("-cluster", DEFAULT_PORT);

        private final String suffix;
        private final int port;

        Kind(String suffix, int port) {
            this.suffix = suffix;
            this.port = port;
        }
    }

    private static final int DEFAULT_PORT = 6379;
    private static final int MOST_SERVERS = 32;
    private static final String FORM = "must have the form redis://[[user]:password@]host[:port][/database],"
            + " redis-sentinel://[[user]:password@]host[:port],…/master[/database] or"
            + " redis-cluster://[[user]:password@]host[:port],… (rediss…: with TLS)";

    private static final Pattern URL = Pattern.compile(
            "(?i)redis(?<tls>s?)(?<kind>-sentinel|-cluster|)://(?:(?<login>.*)@)?(?<servers>[^@/?#]+)(?<path>/[^?#]*)?");
    /** Visible ASCII characters, with complete percent-encodings. */
    private static final Pattern WELL_FORMED = Pattern.compile("(?:[!-$&-~]|%[0-9A-Fa-f]{2})*");

    private static final Pattern SERVER =
            Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9_.-]+)(?::(?<port>[0-9]{1,5}))?");

    public RedisAddress {
        servers = List.copyOf(servers);
        if (servers.isEmpty() || servers.size() > MOST_SERVERS || (kind == Kind.SERVER && servers.size() > 1)) {
            throw new IllegalArgumentException(FORM);
        }
        if (kind == Kind.SENTINEL && master.isEmpty()) {
            throw new IllegalArgumentException(
                    "must name the master behind the sentinels: redis-sentinel://host/master");
        }
        if (kind == Kind.CLUSTER && database != 0) {
            throw new IllegalArgumentException("must not name a database: a cluster has only one");
        }
        if (connectTimeout.toMillis() < 1 || readTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("the time-outs of Redis must be at least 1ms");
        }
    }

    /**
     * Parses a URL; the time-outs are 2 s. Special characters in user and password are percent-encoded.
     *
     * @param caFile the only CAs to trust, in PEM format, for {@code rediss}; empty: those of the platform
     * @throws IllegalArgumentException with a message for operators, without the password
     */
    public static RedisAddress parse(String url, Optional<Path> caFile) {
        Matcher parts = URL.matcher(wellFormed(url));
        if (!parts.matches()) {
            throw new IllegalArgumentException(FORM);
        }
        boolean secure = !parts.group("tls").isEmpty();
        if (caFile.isPresent() && !secure) {
            throw new IllegalArgumentException("must begin with rediss, because a CA file is set");
        }
        String login = Optional.ofNullable(parts.group("login")).orElse("");
        int colon = login.indexOf(':');
        if (colon < 0 && !login.isEmpty()) {
            throw new IllegalArgumentException(FORM);
        }
        Kind kind = kind(parts.group("kind"));
        String path = Optional.ofNullable(parts.group("path")).orElse("");
        String master = kind == Kind.SENTINEL ? path.replaceFirst("^/([^/]*).*", "$1") : "";
        return new RedisAddress(
                kind,
                servers(parts.group("servers"), kind),
                master,
                text(login.substring(0, Math.max(colon, 0))),
                text(login.substring(colon + 1)),
                database(kind == Kind.SENTINEL ? path.replaceFirst("^/[^/]*", "") : path),
                secure ? Optional.of(readable(Model.Tls.trusting(caFile))) : Optional.empty(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2));
    }

    private static Kind kind(String suffix) {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.suffix.equalsIgnoreCase(suffix))
                .findFirst()
                .orElseThrow();
    }

    private static List<HostAndPort> servers(String text, Kind kind) {
        List<HostAndPort> servers = new ArrayList<>();
        for (String one : text.split(",", -1)) {
            Matcher server = SERVER.matcher(one.trim());
            if (!server.matches()) {
                throw new IllegalArgumentException(FORM);
            }
            String port = server.group("port");
            servers.add(new HostAndPort(
                    server.group("host").replace("[", "").replace("]", ""),
                    port == null ? kind.port : Integer.parseInt(port)));
        }
        return servers;
    }

    private static String wellFormed(String url) {
        String text = url.trim();
        if (!WELL_FORMED.matcher(text).matches()) {
            throw new IllegalArgumentException(FORM);
        }
        return text;
    }

    /** The host of the first server. */
    public String host() {
        return servers.getFirst().getHost();
    }

    /** The port of the first server. */
    public int port() {
        return servers.getFirst().getPort();
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

    private static Model.Tls readable(Model.Tls files) {
        try {
            ClientTls.context(files);
            return files;
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be used with its CA file: " + e.getMessage(), e);
        }
    }

    private static SSLSocketFactory sockets(Model.Tls files) {
        try {
            return ClientTls.context(files).getSocketFactory();
        } catch (IOException e) {
            throw new JedisConnectionException(e.getMessage(), e);
        }
    }

    public RedisAddress withTimeouts(Duration connect, Duration read) {
        return new RedisAddress(kind, servers, master, user, password, database, tls, connect, read);
    }

    /** Returns the configuration for a sentinel, which has its own users, passwords and databases; most have none. */
    DefaultJedisClientConfig sentinelConfig(boolean withPassword) {
        return config(readTimeout, withPassword, 0);
    }

    /** @param silence time without any data after which a listening connection counts as broken */
    DefaultJedisClientConfig clientConfig(Duration silence) {
        return config(silence, true, database);
    }

    private DefaultJedisClientConfig config(Duration silence, boolean login, int database) {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                // no handshake commands: each answer awaited while connecting may cost a whole time-out
                .serverDefaultProtocol()
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .connectionTimeoutMillis(Math.toIntExact(connectTimeout.toMillis()))
                .socketTimeoutMillis(Math.toIntExact(readTimeout.toMillis()))
                .blockingSocketTimeoutMillis(Math.toIntExact(silence.toMillis()))
                .database(database);
        if (login) {
            user.ifPresent(config::user);
            password.ifPresent(config::password);
        }
        tls.ifPresent(files -> {
            SSLParameters parameters = new SSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            config.ssl(true).sslSocketFactory(sockets(files)).sslParameters(parameters);
        });
        return config.build();
    }

    @Override
    public String toString() {
        String all = servers.stream()
                .map(server -> server.getHost() + ":" + server.getPort())
                .collect(Collectors.joining(","));
        return (tls.isPresent() ? "rediss" : "redis") + kind.suffix + "://" + all
                + (master.isEmpty() ? "" : "/" + master) + (kind == Kind.CLUSTER ? "" : "/" + database);
    }
}
