package io.backfill.simulator.answers;

import io.backfill.simulator.engine.Mixing;
import io.backfill.simulator.http.Bytes;

/** One verdict per input. Nothing is flagged; the scores are small and depend on the text. */
final class ModerationShape implements AnswerShape {
    private static final String[] CATEGORIES = {
        "harassment",
        "harassment/threatening",
        "hate",
        "hate/threatening",
        "illicit",
        "illicit/violent",
        "self-harm",
        "self-harm/intent",
        "self-harm/instructions",
        "sexual",
        "sexual/minors",
        "violence",
        "violence/graphic",
    };

    @Override
    public void write(Answer answer, Bytes out) {
        out.text("{\"id\":");
        answer.digest().putId(out, "modr-");
        out.text(",\"model\":").jsonString(answer.model()).text(",\"results\":");
        char separator = '[';
        for (Prompt input : answer.body().prompts()) {
            out.put(separator).text("{\"flagged\":false,\"categories\":");
            separator = '{';
            for (String category : CATEGORIES) {
                out.put(separator).jsonString(category).text(":false");
                separator = ',';
            }
            out.text("},\"category_scores\":");
            separator = '{';
            for (int i = 0; i < CATEGORIES.length; i++) {
                out.put(separator).jsonString(CATEGORIES[i]).put(':');
                // Four digits after 0.0: below every threshold, and never in exponent form.
                out.text("0.0").number(1000 + Long.remainderUnsigned(Mixing.mix(input.hash() + i), 9000));
                separator = ',';
            }
            out.text("}}");
        }
        out.text(answer.body().prompts().isEmpty() ? "[]}" : "]}");
    }
}
