package io.backfill.simulator.answers;

import io.backfill.simulator.answers.Wording.Said;
import io.backfill.simulator.http.Bytes;

/** The response object of the responses endpoint, with one message. */
final class ResponseShape implements AnswerShape {
    @Override
    public void write(Answer answer, Bytes out) {
        Said said = answer.said().getFirst();
        int input = answer.body().promptTokens();
        out.text("{\"id\":");
        answer.digest().putId(out, "resp_");
        out.text(",\"object\":\"response\",\"created_at\":")
                .number(answer.digest().created());
        out.text(said.cut() ? ",\"status\":\"incomplete\"" : ",\"status\":\"completed\"");
        out.text(",\"error\":null,\"incomplete_details\":");
        out.text(said.cut() ? "{\"reason\":\"max_output_tokens\"}" : "null");
        out.text(",\"instructions\":null,\"metadata\":null,\"model\":").jsonString(answer.model());
        out.text(",\"output\":[{\"type\":\"message\",\"id\":");
        answer.digest().putId(out, "msg_");
        out.text(said.cut() ? ",\"status\":\"incomplete\"" : ",\"status\":\"completed\"");
        out.text(",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":");
        out.jsonString(said.text()).text(",\"annotations\":[],\"logprobs\":[]}]}]");
        out.text(
                ",\"parallel_tool_calls\":true,\"temperature\":1.0,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0");
        out.text(",\"usage\":{\"input_tokens\":").number(input);
        out.text(",\"input_tokens_details\":{\"cached_tokens\":").number(answer.cachedTokens());
        out.text("},\"output_tokens\":").number(answer.outputTokens());
        out.text(",\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":");
        out.number(input + answer.outputTokens()).text("}}");
    }
}
