package io.backfill.api.batches;

import io.backfill.api.QueryLimit;
import io.backfill.api.SupportedValues;
import io.backfill.batches.BatchQuery;
import io.backfill.batches.BatchQuery.Created;
import io.backfill.batches.BatchQuery.Filter;
import io.backfill.batches.BatchQuery.MetadataPair;
import io.backfill.batches.BatchStatus;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Parses the query of {@code GET /v1/batches}. An empty parameter counts as not sent, except for the value of a metadata key,
 * which may be empty. A filter that is given twice is rejected, because a list answers one filter of each kind.
 */
final class BatchQueryParser {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;
    private static final String METADATA = "metadata";
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");

    private BatchQueryParser() {}

    /**
     * The values of each filter as sent.
     *
     * @param metadata values of a parameter {@code metadata} without a key, which is not valid
     */
    record Filters(
            List<String> status,
            List<String> model,
            List<String> createdAfter,
            List<String> createdBefore,
            List<String> metadata) {}

    /** @param all names and values of the whole query, decoded */
    static BatchQuery parse(String limit, String after, Filters filters, MultivaluedMap<String, String> all) {
        if (!filters.metadata().isEmpty()) {
            throw withoutKey();
        }
        return new BatchQuery(
                after.isEmpty() ? Optional.empty() : Optional.of(cursor(after)),
                QueryLimit.parse(limit, DEFAULT_LIMIT, MAX_LIMIT),
                new Filter(
                        only("status", filters.status()).map(BatchQueryParser::status),
                        only("model", filters.model()),
                        pair(all),
                        new Created(
                                seconds("created_after", filters.createdAfter()),
                                seconds("created_before", filters.createdBefore()))));
    }

    private static Optional<String> only(String name, List<String> values) {
        return onlyValue(name, values).filter(text -> !text.isEmpty());
    }

    private static Optional<String> onlyValue(String name, List<String> values) {
        if (values.size() > 1) {
            throw twice(name);
        }
        return values.stream().findFirst();
    }

    private static BackfillException withoutKey() {
        return new BackfillException(
                ErrorCode.INVALID_VALUE, "Invalid '" + METADATA + "': expected metadata[key]=value.", METADATA);
    }

    private static BackfillException twice(String name) {
        return new BackfillException(
                ErrorCode.INVALID_VALUE, "Invalid '" + name + "': the filter is allowed only once.", name);
    }

    private static BatchStatus status(String text) {
        return Arrays.stream(BatchStatus.values())
                .filter(status -> status.wireName().equals(text))
                .findFirst()
                .orElseThrow(() -> SupportedValues.refusal(
                        "status",
                        text,
                        Arrays.stream(BatchStatus.values())
                                .map(BatchStatus::wireName)
                                .toList()));
    }

    private static OptionalLong seconds(String name, List<String> values) {
        Optional<String> text = only(name, values);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!SECONDS.matcher(text.get()).matches()) {
            throw new BackfillException(
                    ErrorCode.INVALID_TYPE,
                    "Invalid type for '" + name + "': expected a time in seconds since 1970, but got '" + text.get()
                            + "' instead.",
                    name);
        }
        return OptionalLong.of(Long.parseLong(text.get()));
    }

    private static Optional<MetadataPair> pair(MultivaluedMap<String, String> all) {
        List<String> names = all.keySet().stream()
                .filter(name -> name.startsWith(METADATA + "["))
                .toList();
        if (names.size() > 1) {
            throw twice(METADATA);
        }
        return names.stream().findFirst().map(name -> pair(name, all.getOrDefault(name, List.of())));
    }

    private static MetadataPair pair(String name, List<String> values) {
        if (!name.endsWith("]")) {
            throw withoutKey();
        }
        String key = name.substring(METADATA.length() + 1, name.length() - 1);
        return new MetadataPair(key, onlyValue(name, values).orElse(""));
    }

    private static BatchId cursor(String after) {
        return BatchId.parse(after)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.INVALID_VALUE,
                        "Invalid 'after': '" + after + "' is not the id of a batch.",
                        "after"));
    }
}
