package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The last known state of each Job by name, from two sources that may overtake each other: a watch, and periodic lists. An older
 * state never replaces a newer one. Thread-safe.
 */
final class JobCache {
    // guarded by this
    private final Map<String, Job> jobs = new HashMap<>();

    /** Stores a reported Job. Returns false if a newer state was known. */
    synchronized boolean put(Job job) {
        Job known = jobs.get(name(job));
        if (known != null && sameObject(known, job) && isOlder(job, known)) {
            return false;
        }
        jobs.put(name(job), job);
        return true;
    }

    /** Removes a deleted Job, unless a new one of the same name was created since. */
    synchronized void remove(Job gone) {
        Job known = jobs.get(name(gone));
        if (known != null && sameObject(known, gone)) {
            jobs.remove(name(gone));
        }
    }

    /**
     * Replaces the content with a complete list.
     *
     * @param before the result of {@link #all} before the list was requested; a Job that is in neither was created in the meantime
     *     and is kept
     * @return names of the Jobs that changed
     */
    synchronized Set<String> replace(List<Job> before, List<Job> list) {
        Set<String> changed = new TreeSet<>();
        Map<String, Job> listed = new HashMap<>();
        for (Job job : list) {
            listed.put(name(job), job);
            boolean news = isNews(job);
            if (put(job) && news) {
                changed.add(name(job));
            }
        }
        for (Job job : before) {
            if (!listed.containsKey(name(job)) && jobs.get(name(job)) == job) {
                jobs.remove(name(job));
                changed.add(name(job));
            }
        }
        return changed;
    }

    /** Returns whether the Job differs from the known state and is not older. */
    synchronized boolean isNews(Job job) {
        Job known = jobs.get(name(job));
        return known == null || !sameObject(known, job) || !version(known).equals(version(job)) && !isOlder(job, known);
    }

    synchronized List<Job> all() {
        return new ArrayList<>(jobs.values());
    }

    synchronized @Nullable Job get(String name) {
        return jobs.get(name);
    }

    private static boolean sameObject(Job one, Job other) {
        String uid = one.getMetadata().getUid();
        return uid == null || uid.equals(other.getMetadata().getUid());
    }

    /** Compares resource versions as numbers, which they are in practice. If one is not a number, the later report wins. */
    private static boolean isOlder(Job job, Job known) {
        try {
            return Long.parseLong(version(job)) < Long.parseLong(version(known));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static String version(Job job) {
        String version = job.getMetadata().getResourceVersion();
        return version == null ? "" : version;
    }

    private static String name(Job job) {
        return job.getMetadata().getName();
    }
}
