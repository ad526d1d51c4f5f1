/**
 * A small HTTP/1.1 server on blocking sockets: reads a request into a reused buffer, passes it to a callback, and
 * writes the answer with one system call. It exists because the simulator must cost far less per request than the
 * system it measures, and because injected faults need the bare socket (a reset in the middle, a body shorter than
 * announced).
 *
 * <p>Independent of models and JSON; may call the JDK only.
 */
@NullMarked
package io.backfill.simulator.http;

import org.jspecify.annotations.NullMarked;
