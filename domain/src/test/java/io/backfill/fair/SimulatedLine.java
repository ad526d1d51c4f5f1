package io.backfill.fair;

import io.backfill.admission.CallGrant;

/**
 * A line of a simulated batch, and what it went through.
 *
 * @param bytes of its body
 * @param answerBytes that the model will answer it with
 */
final class SimulatedLine {
    final SimulatedBatch batch;
    final int number;
    final int bytes;
    final int answerBytes;
    final long cost;
    /** Of the attempt that is made now. */
    CallGrant grant = new CallGrant();

    int attempts = 1;

    SimulatedLine(SimulatedBatch batch, int number, int bytes, int answerBytes, long cost) {
        this.batch = batch;
        this.number = number;
        this.bytes = bytes;
        this.answerBytes = answerBytes;
        this.cost = cost;
    }
}
