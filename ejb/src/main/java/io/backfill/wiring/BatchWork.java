package io.backfill.wiring;

import io.backfill.lifecycle.LeaseReleases;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.RunningBatches;

/** The parts of a node that work on batches. */
record BatchWork(RunningBatches running, DispatchPlaces places, LeaseReleases leaseReturns, Pods pods) {}
