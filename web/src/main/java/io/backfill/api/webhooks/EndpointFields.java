package io.backfill.api.webhooks;

import io.backfill.api.JsonFields;
import io.backfill.api.SupportedValues;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.webhooks.EventType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The members of requests about webhook endpoints. Repeated event types count once. */
final class EndpointFields {
    private static final String NAME = "name";
    private static final String TYPES = "event_types";
    private static final int MAX_NAME = 256;

    private EndpointFields() {}

    static String name(JsonFields fields) {
        return checkedName(fields.string(NAME));
    }

    static Optional<String> optionalName(JsonFields fields) {
        return fields.optionalString(NAME).map(EndpointFields::checkedName);
    }

    private static String checkedName(String name) {
        if (name.isBlank()) {
            throw new BackfillException(ErrorCode.INVALID_VALUE, "Invalid 'name': it must not be empty.", NAME);
        }
        if (name.length() > MAX_NAME) {
            throw new BackfillException(
                    ErrorCode.STRING_ABOVE_MAX_LENGTH,
                    "Invalid 'name': string too long. Expected a string with maximum length " + MAX_NAME
                            + ", but got a string with length " + name.length() + " instead.",
                    NAME);
        }
        return name;
    }

    static List<EventType> types(JsonFields fields) {
        Set<EventType> types = new LinkedHashSet<>();
        for (String name : fields.strings(TYPES)) {
            types.add(type(TYPES, name));
        }
        if (types.isEmpty()) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE, "Invalid 'event_types': expected at least one event type.", TYPES);
        }
        return new ArrayList<>(types);
    }

    static Optional<List<EventType>> optionalTypes(JsonFields fields) {
        return fields.has(TYPES) ? Optional.of(types(fields)) : Optional.empty();
    }

    static EventType type(String param, String name) {
        return EventType.named(name).orElseThrow(() -> SupportedValues.refusal(param, name, EventType.wireNames()));
    }
}
