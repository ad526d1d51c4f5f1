/**
 * The model servers the operator configured: endpoints, caps, time-outs, retry. Calls nothing.
 */
@NullMarked
package io.backfill.models;

import org.jspecify.annotations.NullMarked;
