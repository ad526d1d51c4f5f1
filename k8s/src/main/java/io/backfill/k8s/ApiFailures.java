package io.backfill.k8s;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.function.Supplier;

/** Translates the client's exceptions to those of the domain. */
final class ApiFailures {
    private ApiFailures() {}

    /** Runs {@code call} and reports any failure of the client as {@code UNAVAILABLE}. */
    static <T> T asking(Supplier<T> call) {
        try {
            return call.get();
        } catch (KubernetesClientException e) {
            throw unavailable(e);
        }
    }

    static BackfillException unavailable(KubernetesClientException e) {
        return new BackfillException(
                ErrorCode.UNAVAILABLE, "The request to the Kubernetes API server failed: " + words(e), e);
    }

    /** Returns the server's message if it sent one, otherwise the client's. */
    static String words(KubernetesClientException e) {
        if (e.getStatus() != null && e.getStatus().getMessage() != null) {
            return e.getCode() + " " + e.getStatus().getMessage();
        }
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
