package io.backfill.simulator.answers;

import io.backfill.simulator.answers.Wording.Said;
import io.backfill.simulator.http.Bytes;

/** Chat and plain completions, which differ in a few names, as a whole or as the events of a stream. */
final class TextShape implements AnswerShape {
    static final TextShape CHAT = new TextShape(
            "chatcmpl-",
            "chat.completion",
            "chat.completion.chunk",
            "\"message\":{\"role\":\"assistant\",\"content\":",
            ",\"refusal\":null,\"tool_calls\":[]}",
            "\"delta\":{\"content\":",
            "}");
    static final TextShape COMPLETIONS =
            new TextShape("cmpl-", "text_completion", "text_completion", "\"text\":", "", "\"text\":", "");

    private static final byte[] DATA = Bytes.ascii("data: ");
    private static final byte[] END_OF_EVENT = Bytes.ascii("\n\n");
    private static final byte[] ID = Bytes.ascii("{\"id\":");
    private static final byte[] OBJECT = Bytes.ascii(",\"object\":\"");
    private static final byte[] CREATED = Bytes.ascii("\",\"created\":");
    private static final byte[] MODEL = Bytes.ascii(",\"model\":");
    private static final byte[] CHOICES = Bytes.ascii(",\"choices\":[");
    private static final byte[] INDEX = Bytes.ascii("{\"index\":");
    private static final byte[] STOP = Bytes.ascii(",\"logprobs\":null,\"finish_reason\":\"stop\"}");
    private static final byte[] LENGTH = Bytes.ascii(",\"logprobs\":null,\"finish_reason\":\"length\"}");
    private static final byte[] NOT_YET = Bytes.ascii(",\"logprobs\":null,\"finish_reason\":null}");
    private static final byte[] ROLE = Bytes.ascii("\"delta\":{\"role\":\"assistant\",\"content\":\"\"}");
    private static final byte[] END_OF_CHOICES = Bytes.ascii("]");

    private final String idPrefix;
    private final byte[] object;
    private final byte[] chunkObject;
    private final byte[] beforeText;
    private final byte[] afterText;
    private final byte[] beforePiece;
    private final byte[] afterPiece;

    private TextShape(
            String idPrefix,
            String object,
            String chunkObject,
            String beforeText,
            String afterText,
            String beforePiece,
            String afterPiece) {
        this.idPrefix = idPrefix;
        this.object = Bytes.ascii(object);
        this.chunkObject = Bytes.ascii(chunkObject);
        this.beforeText = Bytes.ascii(beforeText);
        this.afterText = Bytes.ascii(afterText);
        this.beforePiece = Bytes.ascii(beforePiece);
        this.afterPiece = Bytes.ascii(afterPiece);
    }

    @Override
    public void write(Answer answer, Bytes out) {
        head(answer, object, out);
        for (int i = 0; i < answer.said().size(); i++) {
            Said said = answer.said().get(i);
            index(i, out);
            out.put(beforeText).jsonString(said.text()).put(afterText).put(finish(said));
        }
        out.put(END_OF_CHOICES).put(',');
        answer.putUsage(out);
        out.put('}');
    }

    /** Writes the event that opens a choice. Plain completions have none. */
    void writeOpening(Answer answer, int choice, Bytes out) {
        if (this == CHAT) {
            beginEvent(answer, choice, out);
            out.put(ROLE).put(NOT_YET);
            endEvent(out);
        }
    }

    /** Writes the event of one token, {@code text[from, to)} of the choice. */
    void writePiece(Answer answer, int choice, int from, int to, Bytes out) {
        Said said = answer.said().get(choice);
        beginEvent(answer, choice, out);
        out.put(beforePiece).jsonString(said.text().substring(from, to)).put(afterPiece);
        out.put(to == said.text().length() ? finish(said) : NOT_YET);
        endEvent(out);
    }

    /** Writes the event without choices that carries the usage. */
    void writeUsage(Answer answer, Bytes out) {
        out.put(DATA);
        head(answer, chunkObject, out);
        out.put(END_OF_CHOICES).put(',');
        answer.putUsage(out);
        out.put('}').put(END_OF_EVENT);
    }

    private void beginEvent(Answer answer, int choice, Bytes out) {
        out.put(DATA);
        head(answer, chunkObject, out);
        out.put(INDEX).number(choice).put(',');
    }

    private static void endEvent(Bytes out) {
        out.put(END_OF_CHOICES).put('}').put(END_OF_EVENT);
    }

    private static void index(int choice, Bytes out) {
        if (choice > 0) {
            out.put(',');
        }
        out.put(INDEX).number(choice).put(',');
    }

    private void head(Answer answer, byte[] objectName, Bytes out) {
        out.put(ID);
        answer.digest().putId(out, idPrefix);
        out.put(OBJECT).put(objectName).put(CREATED).number(answer.digest().created());
        out.put(MODEL).jsonString(answer.model()).put(CHOICES);
    }

    private static byte[] finish(Said said) {
        return said.cut() ? LENGTH : STOP;
    }
}
