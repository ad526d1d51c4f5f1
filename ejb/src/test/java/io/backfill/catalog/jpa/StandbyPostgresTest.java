package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** During a fail-over an address may lead to a server that accepts no writes. */
class StandbyPostgresTest {
    private static final Pattern CHECK = Pattern.compile("BACKFILL_DB_CHECK='([^']*)'");

    private static EmbeddedPostgres primary() throws IOException {
        return EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
    }

    private static EmbeddedPostgres standby() throws IOException {
        return EmbeddedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setDataDirectoryCustomizer(StandbyPostgresTest::makeStandby)
                .start();
    }

    private static void makeStandby(File data) {
        try {
            Files.createFile(data.toPath().resolve("standby.signal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void theCheckOfTheLauncherShouldThrowAConnectionToAStandbyAway() throws Exception {
        Matcher check = CHECK.matcher(Files.readString(Path.of("..", "backfill")));
        assertThat(check.find()).isTrue();
        try (EmbeddedPostgres primary = primary();
                EmbeddedPostgres standby = standby()) {
            execute(primary, check.group(1));

            assertThatThrownBy(() -> execute(standby, check.group(1))).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void aWriteToAStandbyShouldShowAsUnavailable() throws Exception {
        try (EmbeddedPostgres standby = standby()) {
            assertThatThrownBy(() -> execute(standby, "CREATE TABLE t (id BIGINT)"))
                    .satisfies(
                            refused -> assertThat(DatabaseFailure.of(refused)).isEqualTo(DatabaseFailure.UNAVAILABLE));
        }
    }
}
