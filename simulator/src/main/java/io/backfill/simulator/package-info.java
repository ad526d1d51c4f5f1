/**
 * A model server for demos, tests and measurements: OpenAI's endpoints, answers derived from the request, latency and
 * faults on demand, and a ledger of all requests received. Tests of other modules start it through {@code Simulator},
 * the command line through {@code SimulatorMain}. This package assembles the parts, each of which has a package of its
 * own below.
 */
@NullMarked
package io.backfill.simulator;

import org.jspecify.annotations.NullMarked;
