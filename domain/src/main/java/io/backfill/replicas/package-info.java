/**
 * The replicas of a model on this node: how many calls each may have, whether it is well, and which one a call goes to. May call
 * dispatch, fair, models, plan, requests and tenants; sends nothing.
 */
@NullMarked
package io.backfill.replicas;

import org.jspecify.annotations.NullMarked;
