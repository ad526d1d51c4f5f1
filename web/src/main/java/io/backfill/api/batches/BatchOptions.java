package io.backfill.api.batches;

import io.backfill.api.IntegerRange;
import io.backfill.api.JsonFields;
import io.backfill.api.SupportedValues;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.Priority;
import io.backfill.batches.SteeringChange;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The members of the request's object {@code backfill}, which clients that cannot send unknown members give as metadata keys that
 * begin with {@code backfill.}. A member or key that is not known is rejected, and so is one that is given in both ways.
 */
record BatchOptions(SteeringChange steering) {
    private static final String OBJECT = "backfill";
    private static final String KEYS = "backfill.";
    private static final String PRIORITY = "priority";
    private static final String MAX_IN_FLIGHT = "max_in_flight";
    private static final String TOKEN_BUDGET = "token_budget";

    /** Members of the object. Each of them is also a metadata key, after {@code backfill.}. */
    private static final List<String> MEMBERS = List.of(PRIORITY, MAX_IN_FLIGHT, TOKEN_BUDGET);

    private static final List<String> PRIORITIES =
            Arrays.stream(Priority.values()).map(Priority::wireName).toList();
    private static final long MOST_IN_FLIGHT = 1_000_000;
    private static final long LARGEST_BUDGET = 1_000_000_000_000_000L;

    /**
     * Returns the options of a request to create or to change a batch. A member that is null removes what it limits.
     *
     * @param metadata as sent in the same request
     * @throws BackfillException naming the member or key
     */
    static BatchOptions in(JsonFields request, Optional<Map<String, String>> metadata) {
        Optional<JsonFields> object = request.optionalObject(OBJECT);
        Map<String, String> keys = metadata.orElse(Map.of());
        for (String name : object.map(JsonFields::names).orElse(List.of())) {
            if (!MEMBERS.contains(name)) {
                throw unknown(KEYS + name, "a member of 'backfill'");
            }
            if (keys.containsKey(KEYS + name)) {
                throw new BackfillException(
                        ErrorCode.INVALID_VALUE,
                        "'" + KEYS + name + "' is given twice: as a member of 'backfill' and as a metadata key.",
                        KEYS + name);
            }
        }
        for (String key : keys.keySet()) {
            if (key.startsWith(KEYS)
                    && !MEMBERS.contains(key.substring(KEYS.length()))
                    && !BatchSpec.FIXED_KEYS.contains(key)) {
                throw unknown("metadata." + key, "a metadata key");
            }
        }
        return new BatchOptions(new SteeringChange(
                priority(object, keys),
                number(MAX_IN_FLIGHT, object, keys, MOST_IN_FLIGHT)
                        .map(sent -> sent.isPresent()
                                ? OptionalInt.of(Math.toIntExact(sent.getAsLong()))
                                : OptionalInt.empty()),
                number(TOKEN_BUDGET, object, keys, LARGEST_BUDGET)));
    }

    /** Returns the member {@code token_budget} of a request to resume a batch; it is empty inside if it is null. */
    static Optional<OptionalLong> tokenBudget(JsonFields request) {
        return number(TOKEN_BUDGET, TOKEN_BUDGET, request, LARGEST_BUDGET);
    }

    private static BackfillException unknown(String param, String what) {
        return new BackfillException(
                ErrorCode.INVALID_VALUE,
                "Unknown parameter: '" + param + "' is not " + what + " of this gateway.",
                param);
    }

    private static Optional<Priority> priority(Optional<JsonFields> object, Map<String, String> keys) {
        if (object.filter(sent -> sent.names().contains(PRIORITY)).isPresent()) {
            return Optional.of(object.get()
                    .optionalString(PRIORITY)
                    .map(name -> priority(KEYS + PRIORITY, name))
                    .orElse(Priority.NORMAL));
        }
        return Optional.ofNullable(keys.get(KEYS + PRIORITY))
                .map(name -> priority("metadata." + KEYS + PRIORITY, name));
    }

    private static Priority priority(String param, String name) {
        return Priority.named(name).orElseThrow(() -> SupportedValues.refusal(param, name, PRIORITIES));
    }

    private static Optional<OptionalLong> number(
            String member, Optional<JsonFields> object, Map<String, String> keys, long most) {
        Optional<OptionalLong> sent = object.flatMap(fields -> number(member, KEYS + member, fields, most));
        String text = keys.get(KEYS + member);
        if (text == null) {
            return sent;
        }
        String param = "metadata." + KEYS + member;
        return Optional.of(OptionalLong.of(IntegerRange.check(param, parsed(param, text), 1, most)));
    }

    private static Optional<OptionalLong> number(String member, String param, JsonFields fields, long most) {
        if (!fields.names().contains(member)) {
            return Optional.empty();
        }
        return Optional.of(
                fields.isNull(member)
                        ? OptionalLong.empty()
                        : OptionalLong.of(IntegerRange.check(param, fields.integer(member), 1, most)));
    }

    private static BigInteger parsed(String param, String text) {
        try {
            return new BigInteger(text);
        } catch (NumberFormatException e) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE, "Invalid value: '" + text + "'. Expected an integer.", param);
        }
    }
}
