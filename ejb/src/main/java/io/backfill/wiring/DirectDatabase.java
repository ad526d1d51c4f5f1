package io.backfill.wiring;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Connections to PostgreSQL that bypass both the server's pool and a pooler such as PgBouncer, for work that needs a session
 * of its own or more time for a statement than the pool allows. Connections are not kept; each caller closes those it opened.
 */
final class DirectDatabase {
    private static final String DIRECT_URL = "BACKFILL_DB_DIRECT_URL";
    private static final String USER = "BACKFILL_DB_USER";
    private static final String PASSWORD = "BACKFILL_DB_PASSWORD";

    /** The default of the server's datasource for both variables. */
    private static final String BY_DEFAULT = "backfill";

    private static final int CONNECT_SECONDS = 5;

    /** Time limit for a statement of a migration; a server that is silent for longer is considered dead. */
    private static final Duration LONGEST_STATEMENT = Duration.ofHours(1);

    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final String url;
    private final String user;
    private final String password;

    private DirectDatabase(String url, String user, String password) {
        this.url = url;
        this.user = user;
        this.password = password;
    }

    /**
     * Returns the database of a shared profile; empty for profile {@code local}, and when no variable names a URL: only the server's
     * data source knows the database then.
     *
     * @param variables values by names of environment variables
     * @throws IllegalArgumentException when the direct URL is not a PostgreSQL URL or is set in profile {@code local}
     */
    static Optional<DirectDatabase> of(Profile profile, Function<String, Optional<String>> variables) {
        Optional<String> direct = variables.apply(DIRECT_URL);
        if (!profile.shared()) {
            if (direct.isPresent()) {
                throw new IllegalArgumentException(
                        DIRECT_URL + " is set, but profile local keeps its catalog in its data folder; unset it");
            }
            return Optional.empty();
        }
        if (direct.filter(url -> !url.startsWith("jdbc:postgresql:")).isPresent()) {
            throw new IllegalArgumentException(DIRECT_URL + " must look like jdbc:postgresql://host/database");
        }
        return direct.or(() -> variables.apply(Profile.DATABASE_URL))
                .map(url -> new DirectDatabase(
                        url,
                        variables.apply(USER).orElse(BY_DEFAULT),
                        variables.apply(PASSWORD).orElse(BY_DEFAULT)));
    }

    /** Connections whose statements may take an hour. */
    DataSource forMigrations() {
        return source(LONGEST_STATEMENT);
    }

    /** Connections whose statements must be answered within seconds. */
    DataSource forSessions() {
        return source(ANSWER);
    }

    private DataSource source(Duration patience) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        source.setApplicationName("backfill");
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setSocketTimeout((int) patience.toSeconds());
        source.setTcpKeepAlive(true);
        return source;
    }
}
