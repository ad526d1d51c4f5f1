/**
 * One line in, one outcome out: the chain of links between a plan entry and a model server, and the sliding window of open
 * calls around it. May call models, results, requests, plan.
 */
@NullMarked
package io.backfill.dispatch;

import org.jspecify.annotations.NullMarked;
