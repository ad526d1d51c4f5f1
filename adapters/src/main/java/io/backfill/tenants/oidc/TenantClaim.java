package io.backfill.tenants.oidc;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where in a token's claims the tenant is: the name of a claim, such as {@code sub} or {@code https://example.com/team}, or, where it
 * begins with a slash, a JSON pointer (RFC 6901) such as {@code /kubernetes.io/namespace}.
 *
 * @param path names of members, from the outermost; at least one
 */
public record TenantClaim(List<String> path) {
    public TenantClaim {
        path = List.copyOf(path);
        if (path.isEmpty()) {
            throw new IllegalArgumentException("a claim has a name");
        }
    }

    /** @throws IllegalArgumentException when the text is blank, or no JSON pointer though it begins as one */
    public static TenantClaim parse(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the claim that names the tenant must be configured");
        }
        if (!text.startsWith("/")) {
            return new TenantClaim(List.of(text));
        }
        if (text.matches("(?s).*~([^01].*)?")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no JSON pointer: a ~ in a name is written ~0, a slash ~1");
        }
        return new TenantClaim(Arrays.stream(text.substring(1).split("/", -1))
                .map(name -> name.replace("~1", "/").replace("~0", "~"))
                .toList());
    }

    /** The text there; empty when nothing is there, or something that is no text. */
    Optional<String> in(Map<String, Object> claims) {
        return valueIn(claims).filter(String.class::isInstance).map(String.class::cast);
    }

    /** Whatever is there; empty when nothing is. */
    Optional<Object> valueIn(Map<String, Object> claims) {
        @Nullable Object now = claims;
        for (String name : path) {
            now = now instanceof Map<?, ?> members ? members.get(name) : null;
        }
        return Optional.ofNullable(now);
    }

    /** As it may be configured. */
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
