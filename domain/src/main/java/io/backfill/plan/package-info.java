/**
 * From input lines to an ordered plan per model, kept in the file store. Planning twice gives the same bytes.
 */
@NullMarked
package io.backfill.plan;

import org.jspecify.annotations.NullMarked;
