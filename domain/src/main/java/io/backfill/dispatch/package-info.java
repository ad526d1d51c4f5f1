/**
 * The chain of links that sends one line and returns one outcome, and the sliding window of open calls around it. May call
 * admission, answers, batches (usage), files, ids, models, plan, requests, results and tenants.
 */
@NullMarked
package io.backfill.dispatch;

import org.jspecify.annotations.NullMarked;
