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
 * The Jobs as last heard of, by name, from two sources that overtake each other: a watch, and lists that are asked for now and
 * then. Nothing older replaces something newer. Thread-safe.
 */
final class JobCache {
    // guards itself
    private final Map<String, Job> jobs = new HashMap<>();

    /** Takes a Job that was told about; false when something newer was known. */
    synchronized boolean put(Job job) {
        Job known = jobs.get(name(job));
        if (known != null && sameObject(known, job) && isOlder(job, known)) {
            return false;
        }
        jobs.put(name(job), job);
        return true;
    }

    /** Forgets a Job that is gone, unless one of the same name was made since. */
    synchronized void remove(Job gone) {
        Job known = jobs.get(name(gone));
        if (known != null && sameObject(known, gone)) {
            jobs.remove(name(gone));
        }
    }

    /**
     * Takes a whole list.
     *
     * @param before {@link #all} from before the list was asked for: what is in neither appeared meanwhile, and stays
     * @return names of Jobs that differ from what was known
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

    /** Whether this differs from what is known, and is not older. */
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

    /** Versions are numbers wherever anybody looked; where one is not, the later news wins. */
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
