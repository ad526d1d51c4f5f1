package io.backfill.wiring;

import io.backfill.feed.FeedSource;
import io.backfill.feed.Followers;

/** What a node needs to give the results of running batches. */
record Feeds(FeedSource source, Followers followers) {}
