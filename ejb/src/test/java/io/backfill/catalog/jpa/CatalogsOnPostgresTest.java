package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Batch;
import io.backfill.batches.SampleBatches;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGConnectionPoolDataSource;

class CatalogsOnPostgresTest implements SqlCatalogFixture {
    private static EmbeddedPostgres server;
    private static CatalogDatabase database;

    @BeforeAll
    static void open() throws IOException {
        server = EmbeddedPostgres.builder()
                // nothing in this database has to survive a crash of the machine
                .setServerConfig("fsync", "off")
                .start();
        database = new CatalogDatabase(source(), PageWalk.ROW_VALUES);
    }

    private static PGConnectionPoolDataSource source() {
        PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
        source.setUrl(server.getJdbcUrl("postgres", "postgres"));
        source.setUser("postgres");
        return source;
    }

    @AfterAll
    static void close() throws IOException {
        database.close();
        server.close();
    }

    @Override
    public CatalogDatabase database() {
        return database;
    }

    @Test
    void aConnectionThatDiesInATransactionShouldShowAsUnavailable() {
        try (CatalogDatabase own = new CatalogDatabase(source(), PageWalk.ROW_VALUES)) {
            assertThatThrownBy(() -> own.transactions.call(manager -> manager.createNativeQuery(
                                    "SELECT CAST(pg_terminate_backend(pg_backend_pid()) AS TEXT)")
                            .getSingleResult()))
                    .isInstanceOfSatisfying(
                            BackfillException.class,
                            away -> assertThat(away.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        }
    }

    @Test
    void aNulCharacterInTheInputFileShouldNotFailTheInsert() {
        Batch nul = SampleBatches.reading("file-\0", 1);

        batches().insert(nul);

        assertThat(batches().find(nul.id()).orElseThrow().spec().inputFile()).isEqualTo("file-\uFFFD");
    }
}
