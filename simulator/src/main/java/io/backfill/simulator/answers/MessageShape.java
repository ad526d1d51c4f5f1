package io.backfill.simulator.answers;

import io.backfill.simulator.answers.Wording.Said;
import io.backfill.simulator.http.Bytes;

/** The message of Anthropic's endpoint. Its input tokens are those outside of the cache. */
final class MessageShape implements AnswerShape {
    @Override
    public void write(Answer answer, Bytes out) {
        Said said = answer.said().getFirst();
        out.text("{\"id\":");
        answer.digest().putId(out, "msg_");
        out.text(",\"type\":\"message\",\"role\":\"assistant\",\"model\":").jsonString(answer.model());
        out.text(",\"content\":[{\"type\":\"text\",\"text\":").jsonString(said.text());
        out.text(said.cut() ? "}],\"stop_reason\":\"max_tokens\"" : "}],\"stop_reason\":\"end_turn\"");
        out.text(",\"stop_sequence\":null,\"usage\":{\"input_tokens\":")
                .number(answer.body().promptTokens() - answer.cachedTokens());
        out.text(",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":")
                .number(answer.cachedTokens());
        out.text(",\"output_tokens\":").number(answer.outputTokens()).text("}}");
    }
}
