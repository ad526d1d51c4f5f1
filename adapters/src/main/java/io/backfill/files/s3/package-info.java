/**
 * The file store in S3, or in any server that implements its protocol with strong consistency, listings included. All access to the
 * bucket goes through {@link S3Objects}. {@link S3FileStore} implements the store, {@link ObjectWriter} writes a stream as one
 * object, {@link Joining} joins objects, and {@link SpoolCache} keeps local copies of objects that are read at random positions.
 * Uses the AWS SDK.
 * May call {@code files}, {@code files.directory} and {@code retention}.
 */
@NullMarked
package io.backfill.files.s3;

import org.jspecify.annotations.NullMarked;
