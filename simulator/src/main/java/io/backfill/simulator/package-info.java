/**
 * A model server to play, test and measure with: OpenAI's endpoints, answers that follow from the request, latency and
 * faults on demand, and a ledger of everything received. {@code Simulator} is the way in for tests of other modules,
 * {@code SimulatorMain} for the command line. Here the parts meet; each lives in a package of its own below.
 */
@NullMarked
package io.backfill.simulator;

import org.jspecify.annotations.NullMarked;
