package io.backfill.batches;

import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What makes a batch the rerun of another one: its input is the parent's, restricted to lines that the parent's error file names.
 * Never changes.
 *
 * @param of the parent, which may have been deleted since
 * @param merge whether the result files also contain the results of the ancestors
 * @param ancestors result files of the parent and, before it, of those ancestors whose results are not in the files of their
 *     successor; the parent first. Never empty
 */
public record Rerun(BatchId of, Lines lines, boolean merge, List<Ancestor> ancestors) {
    /** Longest chain of reruns without a merge. */
    public static final int MOST_ANCESTORS = 32;

    public Rerun {
        ancestors = List.copyOf(ancestors);
        if (ancestors.isEmpty()) {
            throw new IllegalArgumentException("a rerun has a parent");
        }
    }

    /** Which lines are run again. */
    public enum Lines {
        /** Those that ended with an error. */
        FAILED,
        /** Those that never ran. */
        NOT_RUN,
        /** Both. */
        UNSUCCESSFUL;

        /** Returns the name in the API. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Lines> of(String wireName) {
            return Arrays.stream(values())
                    .filter(lines -> lines.wireName().equals(wireName))
                    .findFirst();
        }

        /** Returns the number of such lines in an ended batch. */
        public int in(RequestCounts counts) {
            int unsuccessful = counts.total() - counts.completed();
            return switch (this) {
                case FAILED -> counts.failed();
                case NOT_RUN -> unsuccessful - counts.failed();
                case UNSUCCESSFUL -> unsuccessful;
            };
        }
    }

    /** The result files of a batch; a file without a line is absent. */
    public record Ancestor(Optional<FileId> output, Optional<FileId> errors) {}

    /** Returns the files that must not be removed before this batch has ended. */
    public Set<FileId> sources() {
        Set<FileId> sources = new TreeSet<>();
        ancestors.getFirst().errors().ifPresent(sources::add);
        if (merge) {
            for (Ancestor ancestor : ancestors) {
                ancestor.output().ifPresent(sources::add);
                ancestor.errors().ifPresent(sources::add);
            }
        }
        return sources;
    }

    /** Returns the rerun of an ended batch. */
    public static Rerun of(Batch parent, Lines lines, boolean merge) {
        Ancestor files = new Ancestor(parent.outputFile(), parent.errorFile());
        List<Ancestor> earlier = parent.identity()
                .rerun()
                .filter(rerun -> !rerun.merge())
                .map(Rerun::ancestors)
                .orElse(List.of());
        List<Ancestor> ancestors = new ArrayList<>(List.of(files));
        ancestors.addAll(earlier);
        return new Rerun(parent.id(), lines, merge, ancestors);
    }
}
