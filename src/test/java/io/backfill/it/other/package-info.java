/** Another application with batch jobs of its own, which tests deploy beside Backfill. */
package io.backfill.it.other;
