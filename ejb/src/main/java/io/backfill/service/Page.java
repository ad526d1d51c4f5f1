package io.backfill.service;

import java.util.List;

/**
 * One page of a list.
 *
 * @param hasMore whether more items followed when the page was read
 */
public record Page<T>(List<T> items, boolean hasMore) {
    public Page {
        items = List.copyOf(items);
    }

    /** Returns a page of {@code limit} items from the result of a query for {@code limit + 1}. */
    static <T> Page<T> of(List<T> found, int limit) {
        return found.size() > limit ? new Page<>(found.subList(0, limit), true) : new Page<>(found, false);
    }
}
