package io.backfill.catalog.jpa;

import io.backfill.batches.Forecast;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The forecast of a batch; written without a new version of the row. */
@Embeddable
class ForecastColumns {
    @Column(name = "prefix_bound")
    private @Nullable Double prefixBound;

    @Column(name = "at_risk")
    private boolean atRisk;

    @Column(name = "expected_end")
    private @Nullable Long expectedEnd;

    protected ForecastColumns() {}

    static ForecastColumns of(Forecast forecast) {
        ForecastColumns columns = new ForecastColumns();
        columns.prefixBound =
                forecast.prefixBound().isPresent() ? forecast.prefixBound().getAsDouble() : null;
        columns.atRisk = forecast.atRisk();
        columns.expectedEnd = InstantColumn.write(forecast.expectedEnd());
        return columns;
    }

    Forecast toForecast() {
        return new Forecast(
                prefixBound == null ? OptionalDouble.empty() : OptionalDouble.of(prefixBound),
                atRisk,
                InstantColumn.readOptional(expectedEnd));
    }
}
