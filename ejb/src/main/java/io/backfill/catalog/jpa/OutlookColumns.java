package io.backfill.catalog.jpa;

import io.backfill.batches.Outlook;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The outlook of a batch; written without a new version of the row. */
@Embeddable
class OutlookColumns {
    @Column(name = "prefix_bound")
    private @Nullable Double prefixBound;

    @Column(name = "at_risk")
    private boolean atRisk;

    @Column(name = "expected_end")
    private @Nullable Long expectedEnd;

    protected OutlookColumns() {}

    static OutlookColumns of(Outlook outlook) {
        OutlookColumns columns = new OutlookColumns();
        columns.prefixBound =
                outlook.prefixBound().isPresent() ? outlook.prefixBound().getAsDouble() : null;
        columns.atRisk = outlook.atRisk();
        columns.expectedEnd = Millis.orNull(outlook.expectedEnd());
        return columns;
    }

    Outlook toOutlook() {
        return new Outlook(
                prefixBound == null ? OptionalDouble.empty() : OptionalDouble.of(prefixBound),
                atRisk,
                Millis.optional(expectedEnd));
    }
}
