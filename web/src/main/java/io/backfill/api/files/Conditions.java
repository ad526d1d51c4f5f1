package io.backfill.api.files;

import io.backfill.api.http.ApiRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Result of evaluating {@code If-Match} and {@code If-None-Match} against a file's entity tag. Conditions on dates are ignored: the
 * bytes of a file never change, so no {@code Last-Modified} is sent.
 */
enum Conditions {
    MET,
    /** {@code If-None-Match} names the bytes that the client already has: 304. */
    UNCHANGED,
    /** {@code If-Match} names other bytes: 412. */
    FAILED;

    /** Evaluates the headers in the order of RFC 9110: {@code If-Match} first. */
    static Conditions of(ApiRequest request, String tag) {
        // If-Match uses the strong comparison: a weak tag never matches
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
