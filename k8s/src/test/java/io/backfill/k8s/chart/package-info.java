/**
 * Tests of the Helm chart and the image recipes. For each shipped file of values, Helm itself (a library, not a program) renders
 * the chart, and the result is parsed into typed objects.
 */
@NullMarked
package io.backfill.k8s.chart;

import org.jspecify.annotations.NullMarked;
