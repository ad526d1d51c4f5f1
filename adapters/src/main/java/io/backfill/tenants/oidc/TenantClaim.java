package io.backfill.tenants.oidc;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The position of a claim in a token. Configured as the name of a claim, such as {@code sub} or {@code https://example.com/team},
 * or, if it begins with a slash, as a JSON pointer (RFC 6901), such as {@code /kubernetes.io/namespace}.
 *
 * @param path names of the nested members, outermost first; at least one
 */
public record TenantClaim(List<String> path) {
    public TenantClaim {
        path = List.copyOf(path);
        if (path.isEmpty()) {
            throw new IllegalArgumentException("a claim must have a name");
        }
    }

    /** @throws IllegalArgumentException if the text is blank, or begins with a slash but is not a JSON pointer */
    public static TenantClaim parse(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the claim that names the tenant must be configured");
        }
        if (!text.startsWith("/")) {
            return new TenantClaim(List.of(text));
        }
        if (text.matches("(?s).*~([^01].*)?")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a JSON pointer: write ~ in a name as ~0 and a slash as ~1");
        }
        return new TenantClaim(Arrays.stream(text.substring(1).split("/", -1))
                .map(name -> name.replace("~1", "/").replace("~0", "~"))
                .toList());
    }

    /** Returns the claim if it is present and a string. */
    Optional<String> in(Map<String, Object> claims) {
        return valueIn(claims).filter(String.class::isInstance).map(String.class::cast);
    }

    /** Returns the claim, of any type, if it is present. */
    Optional<Object> valueIn(Map<String, Object> claims) {
        @Nullable Object now = claims;
        for (String name : path) {
            now = now instanceof Map<?, ?> members ? members.get(name) : null;
        }
        return Optional.ofNullable(now);
    }

    /** Returns the form in which the claim is configured. */
    @Override
    public String toString() {
        String first = path.getFirst();
        if (path.size() == 1 && !first.isEmpty() && !first.startsWith("/")) {
            return first;
        }
        return path.stream()
                .map(name -> "/" + name.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
    }
}
