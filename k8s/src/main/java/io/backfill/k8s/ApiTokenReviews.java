package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewSpec;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;

/** Sends TokenReview requests, which require the cluster role {@code system:auth-delegator}. */
final class ApiTokenReviews implements TokenReviews {
    private final KubernetesClient client;
    private final String audience;

    ApiTokenReviews(KubernetesClient client, String audience) {
        this.client = client;
        this.audience = audience;
    }

    @Override
    public Optional<String> userOf(String token) {
        TokenReviewSpec spec = new TokenReviewSpec();
        spec.setToken(token);
        if (!audience.isEmpty()) {
            spec.setAudiences(List.of(audience));
        }
        TokenReview review = new TokenReview();
        review.setSpec(spec);
        TokenReview answer = ApiFailures.asking(() -> client.tokenReviews().create(review));
        return Optional.ofNullable(answer.getStatus())
                .filter(this::isAccepted)
                .map(status -> status.getUser().getUsername());
    }

    /**
     * Returns whether the token is accepted for the configured audience. A cluster that does not support audiences returns none:
     * its result then refers to the API server's own audience and does not count.
     */
    private boolean isAccepted(TokenReviewStatus status) {
        return Boolean.TRUE.equals(status.getAuthenticated())
                && status.getUser() != null
                && status.getUser().getUsername() != null
                && (audience.isEmpty() || status.getAudiences().contains(audience));
    }
}
