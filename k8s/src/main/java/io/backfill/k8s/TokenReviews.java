package io.backfill.k8s;

import java.util.Optional;

/** Asks the cluster whose token it is. */
@FunctionalInterface
interface TokenReviews {
    /**
     * The name of the user, such as {@code system:serviceaccount:team-a:runner}; empty when the token is none, or not for us.
     *
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} when the cluster did not say
     */
    Optional<String> userOf(String token);
}
