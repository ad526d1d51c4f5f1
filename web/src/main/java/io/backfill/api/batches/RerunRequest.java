package io.backfill.api.batches;

import io.backfill.api.JsonFields;
import io.backfill.api.Metadata;
import io.backfill.api.SupportedValues;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.Rerun;
import io.backfill.errors.BackfillException;
import io.backfill.service.RerunService.Wanted;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The body of {@code POST /v1/batches/{id}/rerun}. */
final class RerunRequest {
    private static final String LINES = "lines";

    private RerunRequest() {}

    /** @throws BackfillException that names the member */
    static Wanted parse(JsonFields fields, BatchConfig config) {
        Optional<Map<String, String>> metadata = Metadata.in(fields);
        return new Wanted(
                fields.optionalString(LINES).map(RerunRequest::lines).orElse(Rerun.Lines.UNSUCCESSFUL),
                fields.flag("merge", false),
                fields.optionalString("completion_window").map(new CreateBatchRequest(config)::window),
                metadata,
                BatchOptions.in(fields, metadata).steering());
    }

    private static Rerun.Lines lines(String name) {
        return Rerun.Lines.of(name)
                .orElseThrow(() -> SupportedValues.refusal(
                        LINES,
                        name,
                        Arrays.stream(Rerun.Lines.values())
                                .map(Rerun.Lines::wireName)
                                .toList()));
    }
}
