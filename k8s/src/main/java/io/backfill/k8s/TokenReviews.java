package io.backfill.k8s;

import java.util.Optional;

/** Asks the cluster for the user of a token. */
@FunctionalInterface
interface TokenReviews {
    /**
     * Returns the name of the user, such as {@code system:serviceaccount:team-a:runner}; empty if the token is invalid or was
     * issued for another audience.
     *
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} if the cluster did not answer
     */
    Optional<String> userOf(String token);
}
