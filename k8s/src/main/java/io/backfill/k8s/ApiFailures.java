package io.backfill.k8s;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.function.Supplier;

/** What the client throws, in words of the domain. */
final class ApiFailures {
    private ApiFailures() {}

    /** Runs {@code call}; whatever goes wrong in it is {@code UNAVAILABLE}. */
    static <T> T asking(Supplier<T> call) {
        try {
            return call.get();
        } catch (KubernetesClientException e) {
            throw unavailable(e);
        }
    }

    static BackfillException unavailable(KubernetesClientException e) {
        return new BackfillException(
                ErrorCode.UNAVAILABLE,
                "The API server of the Kubernetes cluster did not do what was asked: " + words(e),
                e);
    }

    /** The server's own words where it said something, otherwise the client's. */
    static String words(KubernetesClientException e) {
        if (e.getStatus() != null && e.getStatus().getMessage() != null) {
            return e.getCode() + " " + e.getStatus().getMessage();
        }
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
