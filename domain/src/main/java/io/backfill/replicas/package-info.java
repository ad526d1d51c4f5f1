/**
 * The replicas of a model as seen from this node: how many calls each may have open, whether it is healthy, and which one a call
 * is sent to. Depends on dispatch, fair, models, plan, requests and tenants. Sends nothing.
 */
@NullMarked
package io.backfill.replicas;

import org.jspecify.annotations.NullMarked;
