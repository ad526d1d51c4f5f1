package io.backfill.offload;

import io.backfill.files.FileStore;
import io.backfill.run.RunningBatches;

/**
 * What runs the partitions of an offloaded batch. The step passes it to the partition handler, because the batch runtime creates the
 * handler without injection, in a library that does not see the beans of the application's modules.
 */
public record OffloadParts(Offload offload, RunningBatches running, FileStore store) {}
