/**
 * Large batches as Kubernetes Jobs: the one place that may import fabric8, behind a small port of ours. Empty until offload is
 * built; nothing in the gateway depends on it yet.
 */
@NullMarked
package io.backfill.k8s;

import org.jspecify.annotations.NullMarked;
