package io.backfill.service;

import java.util.List;

/**
 * One page of a list.
 *
 * @param hasMore whether there was anything beyond it when it was read
 */
public record Page<T>(List<T> items, boolean hasMore) {
    public Page {
        items = List.copyOf(items);
    }

    /** The page of {@code limit} out of what a query for {@code limit + 1} found. */
    static <T> Page<T> of(List<T> found, int limit) {
        return found.size() > limit ? new Page<>(found.subList(0, limit), true) : new Page<>(found, false);
    }
}
