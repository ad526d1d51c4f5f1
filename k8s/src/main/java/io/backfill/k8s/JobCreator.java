package io.backfill.k8s;

import io.backfill.offload.JobCreation;
import io.backfill.offload.ShardJobState;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates a Job, or adopts it if it exists. The name decides: Kubernetes rejects the second of two concurrent requests, and its
 * sender adopts the existing Job.
 */
final class JobCreator {
    private static final int UNPROCESSABLE = 422;

    private final Supplier<NonNamespaceOperation<Job, JobList, ScalableResource<Job>>> jobs;
    private final Predicate<Job> ours;

    /** Outcome of the request, with the Job as the cluster stores it; the Job is null if there is none for this gateway. */
    record Made(JobCreation creation, @Nullable Job job) {}

    JobCreator(Supplier<NonNamespaceOperation<Job, JobList, ScalableResource<Job>>> jobs, Predicate<Job> ours) {
        this.jobs = jobs;
        this.ours = ours;
    }

    /** @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} */
    Made create(Job wished) {
        try {
            // strict validation rejects a misspelled field of a pod template, which would otherwise be ignored
            Job made = jobs.get()
                    .resource(wished)
                    .fieldValidation(Validation.STRICT)
                    .create();
            return new Made(new JobCreation.Created(state(made)), made);
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_CONFLICT -> adopt(wished, e);
                case HttpURLConnection.HTTP_FORBIDDEN -> refused(e, mayPass(e));
                // the namespace does not exist (yet)
                case HttpURLConnection.HTTP_NOT_FOUND -> refused(e, true);
                case HttpURLConnection.HTTP_BAD_REQUEST, UNPROCESSABLE -> refused(e, false);
                default -> throw ApiFailures.unavailable(e);
            };
        }
    }

    private Made adopt(Job wished, KubernetesClientException conflict) {
        String name = wished.getMetadata().getName();
        @Nullable Job there = ApiFailures.asking(() -> jobs.get().withName(name).get());
        if (there == null) {
            // the Job was deleted in the meantime, or the conflict had another cause, such as two concurrent updates of
            // a quota
            return refused(conflict, true);
        }
        if (!ours.test(there)) {
            return new Made(
                    new JobCreation.Refused("a Job " + name + " exists that is not one of this gateway", false), null);
        }
        if (there.getMetadata().getDeletionTimestamp() != null) {
            return new Made(new JobCreation.Refused("the Job " + name + " is still being deleted", true), there);
        }
        return new Made(new JobCreation.Adopted(state(there)), there);
    }

    private static ShardJobState state(Job job) {
        Optional<ShardJobState> state = JobTranslator.read(job, List.of());
        return state.orElseThrow(() -> new IllegalStateException(
                "the cluster stored the Job " + job.getMetadata().getName() + " in an unreadable form"));
    }

    private static Made refused(KubernetesClientException e, boolean mayPass) {
        return new Made(new JobCreation.Refused(ApiFailures.words(e), mayPass), null);
    }

    /**
     * Returns whether a retry may succeed. A quota may be freed; missing permissions and rejections by admission plugins persist.
     */
    private static boolean mayPass(KubernetesClientException e) {
        return ApiFailures.words(e).toLowerCase(Locale.ROOT).contains("exceeded quota");
    }
}
