package io.backfill.simulator.answers;

import io.backfill.simulator.http.Responder;

/** A request that was received, and where its answer goes. */
record Call(Endpoint endpoint, ParsedBody body, BodyDigest digest, Settlement settlement, Responder responder) {}
