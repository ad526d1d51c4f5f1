package io.backfill.api.files;

import io.backfill.api.http.ApiRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What {@code If-Match} and {@code If-None-Match} of a request mean for a file with the given tag. Dates are not looked at: a file's
 * bytes never change, so no {@code Last-Modified} is sent.
 */
enum Conditions {
    MET,
    /** {@code If-None-Match} names what the client has already: 304. */
    UNCHANGED,
    /** {@code If-Match} names other bytes: 412. */
    FAILED;

    /** In the order of RFC 9110: {@code If-Match} first. */
    static Conditions of(ApiRequest request, String tag) {
        // a weak tag never matches where bytes must be the same
        if (list(request, "If-Match").filter(none(tag::equals)).isPresent()) {
            return FAILED;
        }
        Predicate<String> weak = item -> tag.equals(item.startsWith("W/") ? item.substring(2) : item);
        return list(request, "If-None-Match").filter(none(weak).negate()).isPresent() ? UNCHANGED : MET;
    }

    private static Optional<List<String>> list(ApiRequest request, String name) {
        return Optional.ofNullable(request.headers(List.of(name)).get(name))
                .map(value -> Arrays.stream(value.split(",")).map(String::strip).toList());
    }

    private static Predicate<List<String>> none(Predicate<String> same) {
        return items -> items.stream().noneMatch(item -> item.equals("*") || same.test(item));
    }
}
