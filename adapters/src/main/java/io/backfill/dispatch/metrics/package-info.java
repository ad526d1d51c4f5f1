/**
 * Polls the load of engines and what they have done from the Prometheus text that vLLM, SGLang, llama.cpp, TensorRT-LLM and TGI serve.
 * May call {@code dispatch.http}, {@code models}, {@code reload}, {@code replicas} and {@code tls}.
 */
@NullMarked
package io.backfill.dispatch.metrics;

import org.jspecify.annotations.NullMarked;
