package io.backfill.requests;

import java.util.Random;

/** Random JSON text: every kind of value, escapes, optional white space, and characters beyond ASCII. */
public final class RandomJson {
    private static final String[] NUMBERS = {
        "0", "-0", "1.0", "1e400", "-12345678901234567890123", "3.14E-7", "9007199254740993", "0.1e+1"
    };
    private static final String[] PIECES = {
        "a",
        "Z",
        " ",
        "é",
        "漢",
        "😀",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\ud800",
        "\\u0000",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "custom_id",
        "body",
        "\u007f",
        "\u2028"
    };

    private final Random random;

    public RandomJson(Random random) {
        this.random = random;
    }

    public String value(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 1 -> random.nextBoolean() ? "true" : "false";
            case 2 -> "null";
            case 3, 4 -> string();
            case 5 -> object(depth - 1);
            default -> array(depth - 1);
        };
    }

    public String string() {
        StringBuilder text = new StringBuilder("\"");
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.append('"').toString();
    }

    public String object(int depth) {
        StringBuilder text = new StringBuilder("{").append(space());
        int members = random.nextInt(4);
        for (int i = 0; i < members; i++) {
            text.append(i == 0 ? "" : "," + space());
            text.append(string()).append(space()).append(':').append(space());
            text.append(value(depth)).append(space());
        }
        return text.append('}').toString();
    }

    private String array(int depth) {
        StringBuilder text = new StringBuilder("[").append(space());
        int items = random.nextInt(4);
        for (int i = 0; i < items; i++) {
            text.append(i == 0 ? "" : "," + space()).append(value(depth)).append(space());
        }
        return text.append(']').toString();
    }

    /** Returns white space that is allowed between the tokens of one line. */
    public String space() {
        return switch (random.nextInt(5)) {
            case 0 -> " ";
            case 1 -> "\t \r ";
            default -> "";
        };
    }
}
