/**
 * The result log in S3, which cannot append. Lines that finish while the last write runs go into the next <em>tail</em>, a small object;
 * tails are rewritten as a {@link io.backfill.results.Segment} before they become many. Who is written for what: {@link S3ResultLog} the
 * order of things, {@link Generation} the tails that become one segment, {@link TailRewrite} the rewriting, {@link S3LogRecovery}
 * what earlier owners left, {@link LogObjects} names and objects. Calls the domain, {@code files.s3} and the JDK.
 *
 * <p>Why it is exact, whatever is killed, stopped or cut off. No name is ever written twice with other bytes: names carry the epoch,
 * and an owner that opens again takes new numbers. A checkpoint of epoch and sequence decides about every tail of lower or the same
 * epoch whose generation is not above the sequence: its lines are in the segments, or do not count. So a write that comes late, from a
 * stopped owner or out of a network's buffer, changes nothing. A new owner writes the tails that count into a segment of its own
 * before it records its first checkpoint, so what a stopped owner still deletes is not needed any more.
 */
@NullMarked
package io.backfill.results.s3;

import org.jspecify.annotations.NullMarked;
