package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.files.FileStore;
import io.backfill.retention.StoreRecords.Known;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Removes blobs from the store that no live record owns: either the record has ended, or no record exists and the id is too
 * old for one still to be written, because bytes and then their record are written soon after the id was created. Safe while
 * other nodes upload, plan and assemble.
 */
public final class OrphanedBlobSweep<I> implements Sweep {
    private static final int KEYS_AT_ONCE = 10_000;

    /** With more unknown items than this, none is removed if most items are unknown. */
    private static final int SUSPICIOUS = 10;

    private final FileStore store;
    private final RecordedFolder<I> place;
    private final Duration age;

    /** Keeps items without a record until their id is as old as {@code age}. */
    OrphanedBlobSweep(FileStore store, RecordedFolder<I> place, Duration age) {
        this.store = store;
        this.place = place;
        this.age = age;
    }

    @Override
    public String kind() {
        return place.kind();
    }

    @Override
    public Duration pause() {
        return Duration.ofHours(1);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        return new Listing(now.minus(age), dryRun);
    }

    private final class Listing implements Pass {
        private final Instant young;
        private final boolean dryRun;
        private String cursor = "";

        Listing(Instant young, boolean dryRun) {
            this.young = young;
            this.dryRun = dryRun;
        }

        @Override
        public Found next() throws IOException {
            List<String> keys = store.list(place.folder(), cursor, KEYS_AT_ONCE);
            if (keys.isEmpty()) {
                return new Found(0, true);
            }
            cursor = place.idOf(keys.getLast()).map(place.behind()).orElse(keys.getLast());
            Set<I> things = new LinkedHashSet<>();
            keys.forEach(key -> place.idOf(key).ifPresent(things::add));
            return new Found(remove(orphans(things)), keys.size() < KEYS_AT_ONCE);
        }

        private Set<I> orphans(Set<I> things) {
            Known<I> known = place.known().apply(things);
            Set<I> unknown = new LinkedHashSet<>(things);
            unknown.removeAll(known.wanted());
            unknown.removeAll(known.over());
            unknown.removeIf(id -> !place.createdAt().apply(id).isBefore(young));
            Set<I> orphans = new LinkedHashSet<>(known.over());
            if (unknown.size() > SUSPICIOUS && unknown.size() > things.size() / 2) {
                // crashes leave only a few; more likely the store belongs to another catalog, or the catalog is an old
                // copy
                LOG.strangers(kind(), unknown.size(), things.size());
            } else {
                orphans.addAll(unknown);
            }
            return orphans;
        }

        private long remove(Set<I> orphans) throws IOException {
            if (!dryRun) {
                for (I orphan : orphans) {
                    place.removal().remove(orphan);
                }
            }
            return orphans.size();
        }
    }
}
