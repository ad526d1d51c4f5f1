/**
 * The Helm chart and the image recipes, held to what they promise: rendered by Helm itself (a library, no program), read back as typed
 * objects, for each file of values that is shipped.
 */
@NullMarked
package io.backfill.k8s.chart;

import org.jspecify.annotations.NullMarked;
