/**
 * The result log in S3, which cannot append. Lines that finish while a write is in flight go into the next <em>tail</em>, a
 * small object. Tails are rewritten as a {@link io.backfill.results.Segment} before there are too many of them.
 * {@link S3ResultLog} orders the writes, {@link LogContents} holds the lines and the lock, {@link TailGeneration} holds the tails
 * that will become one segment, {@link Compaction} records checkpoints, {@link TailRewrite} rewrites the tails,
 * {@link S3LogRecovery} recovers what earlier owners wrote, and {@link LogObjects} maps names to objects.
 *
 * <p>Every line counts exactly once, whichever process or connection fails. No name is ever written twice with different bytes: names
 * contain the epoch, and an owner that opens the log again uses new numbers. A checkpoint covers every tail of an earlier epoch, and
 * every tail of its own epoch whose generation is at most its sequence. The lines of a covered tail are in the checkpoint's segments
 * or do not count. A late write, from a stopped owner or a network buffer, therefore changes nothing. A new owner copies the tails
 * that count into segments of its own before it records its first checkpoint, so an earlier owner that still deletes tails does no
 * harm.
 *
 * <p>May call {@code files}, {@code files.s3}, {@code ids}, {@code plan} and {@code results}.
 */
@NullMarked
package io.backfill.results.s3;

import org.jspecify.annotations.NullMarked;
