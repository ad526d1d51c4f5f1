package io.backfill.simulator.answers;

import io.backfill.simulator.engine.Mixing;
import io.backfill.simulator.http.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * Unit vectors that depend on the text alone: equal texts have equal vectors. Written as JSON numbers, or as base64 of
 * little-endian 32-bit floats, which official clients request.
 */
final class EmbeddingShape implements AnswerShape {
    static final int DIMENSIONS = 384;

    @Override
    public void write(Answer answer, Bytes out) {
        int dimensions =
                answer.body().dimensions() == 0 ? DIMENSIONS : answer.body().dimensions();
        out.text("{\"id\":");
        answer.digest().putId(out, "embd-");
        out.text(",\"object\":\"list\",\"created\":").number(answer.digest().created());
        out.text(",\"model\":").jsonString(answer.model()).text(",\"data\":[");
        int index = 0;
        for (Prompt input : answer.body().prompts()) {
            if (index > 0) {
                out.put(',');
            }
            out.text("{\"index\":").number(index++).text(",\"object\":\"embedding\",\"embedding\":");
            float[] vector = vector(input.hash(), dimensions);
            if (answer.body().base64()) {
                putBase64(vector, out);
            } else {
                putNumbers(vector, out);
            }
            out.put('}');
        }
        out.text("],");
        answer.putUsage(out);
        out.put('}');
    }

    static float[] vector(long hash, int dimensions) {
        float[] vector = new float[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (2 * Mixing.unit(Mixing.mix(hash + i)) - 1);
            squares += vector[i] * vector[i];
        }
        float length = (float) Math.sqrt(squares);
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= length;
        }
        return vector;
    }

    private static void putBase64(float[] vector, Bytes out) {
        ByteBuffer raw = ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(vector);
        out.put('"').put(Base64.getEncoder().encode(raw.array())).put('"');
    }

    private static void putNumbers(float[] vector, Bytes out) {
        for (int i = 0; i < vector.length; i++) {
            out.put(i == 0 ? '[' : ',').text(Float.toString(vector[i]));
        }
        out.put(']');
    }
}
