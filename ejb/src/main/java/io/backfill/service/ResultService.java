package io.backfill.service;

import io.backfill.batches.BatchCatalog;
import io.backfill.door.TenantSeats.Seat;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.feed.BatchFeed;
import io.backfill.feed.FeedCursor;
import io.backfill.feed.FeedPage;
import io.backfill.feed.FeedSink;
import io.backfill.feed.FeedSource;
import io.backfill.feed.Follower;
import io.backfill.feed.Followers;
import io.backfill.ids.BatchId;
import io.backfill.results.ResultKind;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.util.Set;

/** Gives the result lines of a batch while it runs and afterwards, in pages or as they become durable. Thread-safe. */
public final class ResultService {
    private final BatchCatalog batches;
    private final FeedSource source;
    private final Followers followers;

    public ResultService(BatchCatalog batches, FeedSource source, Followers followers) {
        this.batches = batches;
        this.source = source;
        this.followers = followers;
    }

    /**
     * The lines that a client wants.
     *
     * @param after cursor as text; empty for the beginning
     */
    public record Wanted(BatchId batch, Set<ResultKind> kinds, String after, int limit) {
        public Wanted {
            kinds = Set.copyOf(kinds);
        }
    }

    /** A follower whose response has not begun. Exactly one of its methods is to be called. */
    public final class Following {
        private final BatchFeed feed;
        private final FeedCursor from;
        private final Wanted wanted;
        private final Seat seat;

        private Following(BatchFeed feed, FeedCursor from, Wanted wanted, Seat seat) {
            this.feed = feed;
            this.from = from;
            this.wanted = wanted;
            this.seat = seat;
        }

        /** Returns the cursor from which the lines follow. */
        public String from() {
            return from.text(wanted.batch());
        }

        /** Returns a cursor as the client gets it. */
        public String text(FeedCursor cursor) {
            return cursor.text(wanted.batch());
        }

        public Follower begin(FeedSink sink) {
            return followers.follow(feed, from, wanted.kinds(), wanted.limit(), sink, seat);
        }

        /** Gives up: the response cannot begin. */
        public void abandon() {
            seat.close();
        }
    }

    /**
     * Returns the next lines, none if no more are durable.
     *
     * @throws BackfillException {@code NOT_FOUND}, {@code INVALID_VALUE} for a cursor of another batch, {@code RESULTS_GONE}
     */
    public FeedPage page(TenantId tenant, Wanted wanted) {
        FeedCursor from = cursor(tenant, wanted);
        try {
            return FeedPage.of(feed(wanted, from), from, wanted.kinds(), wanted.limit());
        } catch (IOException e) {
            throw ArrivingBytes.storeFailure(e);
        }
    }

    /**
     * Takes a place for a follower.
     *
     * @throws BackfillException as {@link #page}; also {@code RATE_LIMIT_EXCEEDED}
     */
    public Following follow(TenantId tenant, Wanted wanted) {
        FeedCursor from = cursor(tenant, wanted);
        try {
            BatchFeed feed = feed(wanted, from);
            return new Following(feed, from, wanted, followers.seat(tenant));
        } catch (IOException e) {
            throw ArrivingBytes.storeFailure(e);
        }
    }

    private FeedCursor cursor(TenantId tenant, Wanted wanted) {
        if (batches.find(tenant, wanted.batch()).isEmpty()) {
            throw BatchService.noSuchBatch(wanted.batch().value());
        }
        if (wanted.after().isEmpty()) {
            return FeedCursor.START;
        }
        return FeedCursor.parse(wanted.batch(), wanted.after())
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.INVALID_VALUE,
                        "Invalid 'after': it is not a cursor of batch '" + wanted.batch() + "'.",
                        "after"));
    }

    private BatchFeed feed(Wanted wanted, FeedCursor from) throws IOException {
        BatchFeed feed = BatchFeed.open(source, wanted.batch());
        feed.check(from, wanted.kinds());
        return feed;
    }
}
