package io.backfill.wiring;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Connections to PostgreSQL that do not come from the server's pool and do not pass a pooler such as PgBouncer: for what needs a
 * session of its own, or more time for a statement than the pool's connections have. Nothing is kept; each user closes what it opened.
 */
final class DirectDatabase {
    private static final String DIRECT_URL = "BACKFILL_DB_DIRECT_URL";
    private static final String USER = "BACKFILL_DB_USER";
    private static final String PASSWORD = "BACKFILL_DB_PASSWORD";

    /** As the server's datasource says, where no variable does. */
    private static final String BY_DEFAULT = "backfill";

    private static final int CONNECT_SECONDS = 5;

    /** The longest statement of a migration; a server that is silent for longer has gone. */
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
     * The database of a profile that shares one.
     *
     * @param variables values by the names of environment variables
     * @throws IllegalArgumentException when the direct address is not one of PostgreSQL, or not of use in this profile
     */
    static Optional<DirectDatabase> of(Profile profile, Function<String, Optional<String>> variables) {
        Optional<String> direct = variables.apply(DIRECT_URL);
        if (!profile.shared()) {
            if (direct.isPresent()) {
                throw new IllegalArgumentException(
                        DIRECT_URL + " is set, but profile local keeps its catalog in its data folder; take it away");
            }
            return Optional.empty();
        }
        if (direct.filter(url -> !url.startsWith("jdbc:postgresql:")).isPresent()) {
            throw new IllegalArgumentException(DIRECT_URL + " must look like jdbc:postgresql://host/database");
        }
        return Optional.of(new DirectDatabase(
                direct.or(() -> variables.apply(Profile.DATABASE_URL)).orElseThrow(),
                variables.apply(USER).orElse(BY_DEFAULT),
                variables.apply(PASSWORD).orElse(BY_DEFAULT)));
    }

    /** Whose statements may take an hour. */
    DataSource forMigrations() {
        return source(LONGEST_STATEMENT);
    }

    /** Whose statements must be answered in seconds. */
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
