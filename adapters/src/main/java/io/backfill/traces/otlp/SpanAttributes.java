package io.backfill.traces.otlp;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;

/** The names of attributes: those of the semantic conventions where they exist, otherwise names of our own. */
final class SpanAttributes {
    static final String OWN = "backfill.";

    static final AttributeKey<String> BATCH = stringKey(OWN + "batch.id");
    static final AttributeKey<String> TENANT = stringKey(OWN + "tenant");
    static final AttributeKey<String> LINE = stringKey(OWN + "request.id");
    static final AttributeKey<Long> PARTITION = longKey(OWN + "partition");
    static final AttributeKey<String> OUTCOME = stringKey(OWN + "outcome");

    static final AttributeKey<String> MODEL = stringKey("gen_ai.request.model");
    static final AttributeKey<Long> INPUT_TOKENS = longKey("gen_ai.usage.input_tokens");
    static final AttributeKey<Long> OUTPUT_TOKENS = longKey("gen_ai.usage.output_tokens");
    static final AttributeKey<String> SERVER = stringKey("server.address");
    static final AttributeKey<Long> PORT = longKey("server.port");
    static final AttributeKey<String> PATH = stringKey("url.path");
    static final AttributeKey<Long> STATUS = longKey("http.response.status_code");
    static final AttributeKey<Long> RESENDS = longKey("http.request.resend_count");
    static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");

    private SpanAttributes() {}
}
