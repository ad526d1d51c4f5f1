package io.backfill.webhooks;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The secrets of an endpoint.
 *
 * @param earlier the secret before a rotation, which goes on signing until its end; empty if there is none
 */
public record EndpointSecrets(SigningSecret current, Optional<Earlier> earlier) {
    /** How long an earlier secret goes on signing if the caller asks for it. */
    public static final Duration OVERLAP = Duration.ofHours(24);

    private static final String CURRENT = "current";
    private static final String EARLIER = "earlier";
    private static final String UNTIL = "earlier-until";

    /** A secret that was rotated out. */
    public record Earlier(SigningSecret secret, Instant until) {}

    /** Returns the secrets of a new endpoint. */
    public static EndpointSecrets of(SigningSecret only) {
        return new EndpointSecrets(only, Optional.empty());
    }

    /** Returns the secrets after a rotation at {@code now}. An even earlier secret is dropped. */
    public EndpointSecrets rotated(SigningSecret next, boolean keepOld, Instant now) {
        return new EndpointSecrets(
                next, keepOld ? Optional.of(new Earlier(current, now.plus(OVERLAP))) : Optional.empty());
    }

    /** Returns the value of {@code webhook-signature}: a signature of each secret that is valid at {@code now}. */
    public String sign(String id, Instant now, byte[] body) {
        Stream<SigningSecret> valid = Stream.concat(
                Stream.of(current), earlier.filter(old -> now.isBefore(old.until())).map(Earlier::secret).stream());
        return valid.map(secret -> secret.sign(id, now.getEpochSecond(), body)).collect(Collectors.joining(" "));
    }

    /** Returns the secrets as named texts, to be sealed. */
    public Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put(CURRENT, current.text());
        earlier.ifPresent(old -> {
            map.put(EARLIER, old.secret().text());
            map.put(UNTIL, String.valueOf(old.until().toEpochMilli()));
        });
        return map;
    }

    /** Reads the result of {@link #toMap}. */
    public static EndpointSecrets of(Map<String, String> map) {
        List<String> missing =
                Stream.of(CURRENT).filter(name -> !map.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("no secret of the name " + missing.getFirst());
        }
        Optional<Earlier> old = Optional.ofNullable(map.get(EARLIER))
                .map(text -> new Earlier(
                        SigningSecret.of(text), Instant.ofEpochMilli(Long.parseLong(map.getOrDefault(UNTIL, "0")))));
        return new EndpointSecrets(SigningSecret.of(map.getOrDefault(CURRENT, "")), old);
    }
}
