package io.backfill.simulator.answers;

import io.backfill.simulator.http.Responder;

/** A received request and the destination of its answer. */
record Call(Endpoint endpoint, ParsedBody body, BodyDigest digest, Settlement settlement, Responder responder) {}
