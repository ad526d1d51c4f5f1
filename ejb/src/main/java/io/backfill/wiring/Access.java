package io.backfill.wiring;

import io.backfill.door.FrontDoor;

/** The parts of a node that admit requests, the clients that stay connected, and the keys that seal passed-through headers. */
record Access(Authentication authentication, HeaderKeys headerKeys, FrontDoor door, Feeds feeds) {}
