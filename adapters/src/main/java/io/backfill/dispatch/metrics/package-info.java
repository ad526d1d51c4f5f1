/**
 * Polls the load of engines from the Prometheus text that vLLM, SGLang and TensorRT-LLM serve. May depend on endpoints, models and
 * tls.
 */
@NullMarked
package io.backfill.dispatch.metrics;

import org.jspecify.annotations.NullMarked;
