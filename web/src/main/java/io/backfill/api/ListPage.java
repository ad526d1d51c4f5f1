package io.backfill.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.service.Page;
import java.util.List;
import java.util.function.Function;

/**
 * One page of a list in a response. The ids of an empty page are empty strings, never null, because typed clients require a string.
 */
public record ListPage<T>(
        @JsonProperty("object") String object,
        @JsonProperty("data") List<T> data,
        @JsonProperty("first_id") String firstId,
        @JsonProperty("last_id") String lastId,
        @JsonProperty("has_more") boolean hasMore) {

    public static <S, T> ListPage<T> of(Page<S> page, Function<S, T> object, Function<T, String> id) {
        List<T> data = page.items().stream().map(object).toList();
        String first = data.isEmpty() ? "" : id.apply(data.getFirst());
        String last = data.isEmpty() ? "" : id.apply(data.getLast());
        return new ListPage<>("list", data, first, last, page.hasMore());
    }
}
