package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.SampleBatches;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.testing.SeededIds;
import java.sql.Connection;
import java.sql.SQLException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class UnavailableDatabaseTest {
    @Test
    void aDatabaseThatIsGoneShouldShowAsUnavailableEverywhere() throws SQLException {
        try (Connection creator = CatalogDatabase.h2Source("jdbc:h2:mem:gone").getConnection();
                CatalogDatabase database = CatalogDatabase.h2("jdbc:h2:mem:gone;IFEXISTS=TRUE")) {
            assertThat(creator.isValid(1)).isTrue();
            database.execute("SHUTDOWN");

            refused(() -> database.batches.find(SeededIds.batch(1)));
            refused(() -> database.batches.insert(SampleBatches.batch(1)));
            refused(() -> database.leases.claimable(1));
            refused(() -> database.files.bytesOf(SampleBatches.ADA));
        }
    }

    @Test
    void aPoolWithoutAFreeConnectionShouldShowAsUnavailable() {
        try (CatalogDatabase database = CatalogDatabase.h2("jdbc:h2:mem:busy;DB_CLOSE_DELAY=-1")) {
            database.exhaustPool();

            refused(() -> database.batches.find(SeededIds.batch(1)));
            assertThat(database.queue.next(10)).isEmpty();
            assertThat(database.queue.size()).isZero();
        }
    }

    @Test
    void aMistakeInAStatementShouldNotPassForAnAbsentDatabase() {
        try (CatalogDatabase database = CatalogDatabase.h2("jdbc:h2:mem:mistake;DB_CLOSE_DELAY=-1")) {
            assertThatThrownBy(() -> database.transactions.call(
                            manager -> manager.createNativeQuery("SELECT nothing FROM nowhere")
                                    .getSingleResult()))
                    .isNotInstanceOf(BackfillException.class);
            assertThat(database.openConnections()).isZero();
        }
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BackfillException.class, away -> assertThat(away.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessage("The engine is currently overloaded, please try again later.");
    }
}
