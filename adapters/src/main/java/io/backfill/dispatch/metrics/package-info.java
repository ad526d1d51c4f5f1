/**
 * Polls the load of engines from the Prometheus text that vLLM, SGLang and TensorRT-LLM serve.
 * May call {@code dispatch.http}, {@code models}, {@code reload}, {@code replicas} and {@code tls}.
 */
@NullMarked
package io.backfill.dispatch.metrics;

import org.jspecify.annotations.NullMarked;
