package io.backfill.simulator.ledger;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backfill.simulator.http.Bytes;
import io.backfill.simulator.http.HttpRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The headers that the ledger records, so that a test can check what the gateway sent. Packed as a JSON object; empty
 * if none of them was present.
 *
 * @param names in any letter case; recorded as given here
 */
public record RecordedHeaders(List<String> names) {
    private static final byte[] NONE = {};
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public RecordedHeaders {
        names = List.copyOf(names);
    }

    public byte[] pack(HttpRequest request) {
        if (names.isEmpty()) {
            return NONE;
        }
        Bytes packed = new Bytes(256);
        for (String name : names) {
            Optional<String> value = request.header(name);
            if (value.isPresent()) {
                packed.put(packed.length() == 0 ? '{' : ',')
                        .jsonString(name)
                        .put(':')
                        .jsonString(value.get());
            }
        }
        return packed.length() == 0 ? NONE : packed.put('}').toByteArray();
    }

    static Map<String, String> unpack(byte[] packed) {
        if (packed.length == 0) {
            return Map.of();
        }
        try {
            return MAPPER.readValue(packed, new TypeReference<Map<String, String>>() {});
        } catch (IOException impossible) {
            throw new UncheckedIOException("cannot unpack recorded headers", impossible);
        }
    }
}
