/**
 * From a request body to an answer body: what the simulated model says, in the shape of each OpenAI endpoint. Everything
 * here is a function of the request's bytes alone, so an answer can be checked by whoever knows the request. May call
 * {@code engine}, {@code faults}, {@code ledger} and {@code http}.
 */
@NullMarked
package io.backfill.simulator.answers;

import org.jspecify.annotations.NullMarked;
