/**
 * Derives an answer body from a request body: the text of the simulated model, in the shape of each OpenAI endpoint.
 * All of it is a function of the request's bytes alone, so an answer can be checked against its request. May call
 * {@code engine}, {@code faults}, {@code ledger} and {@code http}.
 */
@NullMarked
package io.backfill.simulator.answers;

import org.jspecify.annotations.NullMarked;
