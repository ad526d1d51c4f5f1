/**
 * Asks engines how busy they are, over the Prometheus text that vLLM, SGLang and TensorRT-LLM serve. May call endpoints, models and
 * tls.
 */
@NullMarked
package io.backfill.dispatch.metrics;

import org.jspecify.annotations.NullMarked;
