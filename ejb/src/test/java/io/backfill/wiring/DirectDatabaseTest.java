package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class DirectDatabaseTest {
    private static final String POOLED = "jdbc:postgresql://pgbouncer/backfill?prepareThreshold=0";

    private static Optional<DirectDatabase> of(Profile profile, String... variables) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            values.put(variables[i], variables[i + 1]);
        }
        return DirectDatabase.of(profile, name -> Optional.ofNullable(values.get(name)));
    }

    @Test
    void withoutAnAddressOfItsOwnItShouldBeThePools() {
        DirectDatabase database = of(Profile.SINGLE, "BACKFILL_DB_URL", POOLED, "BACKFILL_DB_PASSWORD", "s3cret")
                .orElseThrow();

        assertThat(postgres(database.forSessions()).getServerNames()).containsExactly("pgbouncer");
        assertThat(postgres(database.forSessions()).getUser()).isEqualTo("backfill");
        assertThat(postgres(database.forSessions()).getPassword()).isEqualTo("s3cret");
    }

    /** The server's data source, which others configured, is then the only way to the database. */
    @Test
    void withoutAnyAddressThereShouldBeNone() {
        assertThat(of(Profile.SINGLE, "BACKFILL_DB_USER", "ada")).isEmpty();
    }

    @Test
    void theDirectAddressShouldPassThePoolerBy() {
        DirectDatabase database = of(
                        Profile.CLUSTER,
                        "BACKFILL_DB_URL",
                        POOLED,
                        "BACKFILL_DB_DIRECT_URL",
                        "jdbc:postgresql://postgres/backfill")
                .orElseThrow();

        assertThat(postgres(database.forSessions()).getServerNames()).containsExactly("postgres");
        assertThat(postgres(database.forMigrations()).getServerNames()).containsExactly("postgres");
    }

    @Test
    void migrationsShouldHaveMoreTimeThanThePoolsConnections() {
        DirectDatabase database = of(Profile.SINGLE, "BACKFILL_DB_URL", POOLED + "&socketTimeout=10")
                .orElseThrow();

        assertThat(postgres(database.forMigrations()).getSocketTimeout()).isEqualTo(3600);
        assertThat(postgres(database.forSessions()).getSocketTimeout()).isEqualTo(10);
    }

    @Test
    void profileLocalShouldHaveNone() {
        assertThat(of(Profile.LOCAL)).isEmpty();
        assertThatThrownBy(() -> of(Profile.LOCAL, "BACKFILL_DB_DIRECT_URL", "jdbc:postgresql://postgres/backfill"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BACKFILL_DB_DIRECT_URL");
    }

    @Test
    void anAddressOfAnotherKindShouldBeRefused() {
        assertThatThrownBy(() -> of(Profile.SINGLE, "BACKFILL_DB_URL", POOLED, "BACKFILL_DB_DIRECT_URL", "postgres"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BACKFILL_DB_DIRECT_URL must look like");
    }

    private static PGSimpleDataSource postgres(DataSource source) {
        return (PGSimpleDataSource) source;
    }
}
