package io.backfill.wiring;

import io.backfill.door.FrontDoor;

/** The parts of a node that admit requests, and the keys that seal the headers they pass through. */
record Access(Authentication authentication, HeaderKeys headerKeys, FrontDoor door) {}
