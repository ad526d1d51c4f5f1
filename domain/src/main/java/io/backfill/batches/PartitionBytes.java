package io.backfill.batches;

/**
 * How many bytes of a batch's result files come from the log of one partition. In each file the bytes of the partitions follow each
 * other in the order of their numbers, and everything else is behind them. So a position in a log determines a position in a file.
 *
 * @param output bytes in the output file
 * @param errors bytes in the error file
 */
public record PartitionBytes(int partition, long output, long errors) {}
