package io.backfill.fair;

import io.backfill.admission.CallGrant;

/**
 * A line of a simulated batch, and its state.
 *
 * @param bytes size of its body
 * @param answerBytes size of the answer that the model will return
 */
final class SimulatedLine {
    final SimulatedBatch batch;
    final int number;
    final int bytes;
    final int answerBytes;
    final long cost;
    /** The grant of the current attempt. */
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
