/**
 * Answers of models, in memory or in a file of this node.
 * May call no other package.
 */
@NullMarked
package io.backfill.answers;

import org.jspecify.annotations.NullMarked;
