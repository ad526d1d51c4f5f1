/**
 * Files in S3, or in any server that speaks its protocol and is strongly consistent, lists included. {@link S3Objects} is the
 * only way to the bucket; {@link S3FileStore} makes a store of it, {@link ObjectWriter} one object of a stream, {@link Joining}
 * one of many, {@link SpoolCache} a local copy of what is read at random places. Calls the domain, {@code files.directory}, the
 * AWS SDK and the JDK.
 */
@NullMarked
package io.backfill.files.s3;

import org.jspecify.annotations.NullMarked;
