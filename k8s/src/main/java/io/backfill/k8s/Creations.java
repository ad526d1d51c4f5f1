package io.backfill.k8s;

import io.backfill.offload.Creation;
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

/** Makes a Job or finds it made. The name decides: whoever comes second is told so by Kubernetes, and takes what is there. */
final class Creations {
    private static final int UNPROCESSABLE = 422;

    private final Supplier<NonNamespaceOperation<Job, JobList, ScalableResource<Job>>> jobs;
    private final Predicate<Job> ours;

    /** What came of it, with the Job as the cluster has it; null where there is none for us. */
    record Made(Creation creation, @Nullable Job job) {}

    Creations(Supplier<NonNamespaceOperation<Job, JobList, ScalableResource<Job>>> jobs, Predicate<Job> ours) {
        this.jobs = jobs;
        this.ours = ours;
    }

    /** @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} */
    Made create(Job wished) {
        try {
            // strict: a misspelt setting in a pod template is refused, where it would be ignored otherwise
            Job made = jobs.get()
                    .resource(wished)
                    .fieldValidation(Validation.STRICT)
                    .create();
            return new Made(new Creation.Created(state(made)), made);
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_CONFLICT -> adopt(wished, e);
                case HttpURLConnection.HTTP_FORBIDDEN -> refused(e, mayPass(e));
                // its namespace is not there (yet)
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
            // it went away just now, or the conflict was about something else, such as a quota that two changed at once
            return refused(conflict, true);
        }
        if (!ours.test(there)) {
            return new Made(
                    new Creation.Refused("a Job " + name + " is there, and is not one of this gateway's", false), null);
        }
        if (there.getMetadata().getDeletionTimestamp() != null) {
            return new Made(new Creation.Refused("the Job " + name + " is still being deleted", true), there);
        }
        return new Made(new Creation.Adopted(state(there)), there);
    }

    private static ShardJobState state(Job job) {
        Optional<ShardJobState> state = JobReading.read(job, List.of());
        return state.orElseThrow(() -> new IllegalStateException(
                "the cluster changed the Job " + job.getMetadata().getName() + " into one that is not known any more"));
    }

    private static Made refused(KubernetesClientException e, boolean mayPass) {
        return new Made(new Creation.Refused(ApiFailures.words(e), mayPass), null);
    }

    /** A quota may be free later; a missing right, or what an admission plugin forbids, stays. */
    private static boolean mayPass(KubernetesClientException e) {
        return ApiFailures.words(e).toLowerCase(Locale.ROOT).contains("exceeded quota");
    }
}
