package io.backfill.requests;

/**
 * Checks whether bytes that arrive in pieces are one JSON object in UTF-8, with the same result as {@link StrictJson} with
 * {@link StrictUtf8} for bytes that are entirely in memory. Strings, names and numbers of any length are skipped, so memory use is
 * a few hundred bytes.
 */
public final class JsonScan {
    private static final int LONGEST_TEXT = 64;

    /** Receives the elements in the order of the bytes. */
    public interface Events {
        /** Called with the name of the member whose value comes next; empty if it has more than 64 characters or is not ASCII. */
        void name(String name);

        void opened(boolean object);

        void closed();

        /** @param text the unconverted number; empty if it has more than 64 characters */
        void number(String text);

        /** A string, {@code true}, {@code false} or {@code null}. */
        void other();
    }

    private enum State {
        VALUE,
        VALUE_OR_END,
        NAME,
        NAME_OR_END,
        COLON,
        AFTER_VALUE,
        STRING,
        ESCAPE,
        HEX,
        CHARACTER,
        NUMBER,
        LITERAL,
        END,
        BROKEN
    }

    private final Events events;
    /** For each open bracket, whether it is a brace. */
    private final boolean[] objects;

    private final JsonNumber number = new JsonNumber();
    private final StringBuilder text = new StringBuilder(LONGEST_TEXT);
    private State state = State.VALUE;
    private int depth;
    private boolean inName;
    private boolean plain;
    private String literal = "";
    private int taken;
    private int hex;
    private int more;
    private int lowest;
    private int highest;

    /** @param maxDepth maximum number of open brackets */
    public JsonScan(int maxDepth, Events events) {
        this.objects = new boolean[maxDepth];
        this.events = events;
    }

    /** Processes the next bytes. */
    public void take(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && state != State.BROKEN) {
            switch (state) {
                case STRING -> at = inString(bytes, at, end);
                case NUMBER -> at = inNumber(bytes, at, end);
                default -> one(bytes[at++]);
            }
        }
    }

    /** Whether the bytes so far are one object, surrounded by white space only. */
    public boolean isWhole() {
        return state == State.END;
    }

    private void one(byte c) {
        switch (state) {
            case ESCAPE -> escaped(c);
            case HEX -> hexDigit(c);
            case CHARACTER -> continuation(c & 0xFF);
            case LITERAL -> inLiteral(c);
            default -> {
                if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
                    structural(c);
                }
            }
        }
    }

    private void structural(byte c) {
        switch (state) {
            case VALUE -> value(c);
            case VALUE_OR_END -> {
                if (c == ']') {
                    close(false);
                } else {
                    value(c);
                }
            }
            case NAME_OR_END, NAME -> {
                if (c == '"') {
                    beginString(true);
                } else if (c == '}' && state == State.NAME_OR_END) {
                    close(true);
                } else {
                    state = State.BROKEN;
                }
            }
            case COLON -> state = c == ':' ? State.VALUE : State.BROKEN;
            case AFTER_VALUE -> {
                if (c == ',') {
                    state = objects[depth - 1] ? State.NAME : State.VALUE;
                } else if (c == '}' || c == ']') {
                    close(c == '}');
                } else {
                    state = State.BROKEN;
                }
            }
            default -> state = State.BROKEN;
        }
    }

    private void value(byte c) {
        if (c == '{' || c == '[') {
            open(c == '{');
        } else if (depth == 0) {
            state = State.BROKEN;
        } else if (c == '"') {
            beginString(false);
        } else if (c == '-' || c >= '0' && c <= '9') {
            number.begin(c);
            text.setLength(0);
            text.append((char) c);
            plain = true;
            state = State.NUMBER;
        } else {
            literal = c == 't' ? "true" : c == 'f' ? "false" : c == 'n' ? "null" : "";
            taken = 1;
            state = literal.isEmpty() ? State.BROKEN : State.LITERAL;
        }
    }

    private void open(boolean object) {
        if (depth == objects.length || depth == 0 && !object) {
            state = State.BROKEN;
            return;
        }
        objects[depth++] = object;
        state = object ? State.NAME_OR_END : State.VALUE_OR_END;
        events.opened(object);
    }

    private void close(boolean object) {
        if (objects[depth - 1] != object) {
            state = State.BROKEN;
            return;
        }
        depth--;
        state = depth == 0 ? State.END : State.AFTER_VALUE;
        events.closed();
    }

    private void beginString(boolean name) {
        inName = name;
        text.setLength(0);
        plain = true;
        state = State.STRING;
    }

    private int inString(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end) {
            byte c = bytes[at++];
            if (c == '"') {
                endString();
                return at;
            }
            if (c == '\\') {
                state = State.ESCAPE;
                return at;
            }
            if (c < 0) {
                begin(c & 0xFF);
                return at;
            }
            if (c < ' ') {
                state = State.BROKEN;
                return at;
            }
            if (inName) {
                keep((char) c);
            }
        }
        return at;
    }

    private void endString() {
        if (inName) {
            state = State.COLON;
            events.name(plain ? text.toString() : "");
        } else {
            state = State.AFTER_VALUE;
            events.other();
        }
    }

    private void keep(char c) {
        if (text.length() == LONGEST_TEXT) {
            plain = false;
        }
        if (plain) {
            text.append(c);
        }
    }

    private void escaped(byte c) {
        state = State.STRING;
        switch (c) {
            case '"', '\\', '/' -> keep((char) c);
            case 'b' -> keep('\b');
            case 'f' -> keep('\f');
            case 'n' -> keep('\n');
            case 'r' -> keep('\r');
            case 't' -> keep('\t');
            case 'u' -> {
                taken = 0;
                hex = 0;
                state = State.HEX;
            }
            default -> state = State.BROKEN;
        }
    }

    private void hexDigit(byte c) {
        int digit = c < 0 ? -1 : Character.digit(c, 16);
        hex = hex << 4 | digit;
        taken++;
        if (digit < 0) {
            state = State.BROKEN;
        } else if (taken == 4) {
            state = State.STRING;
            keep((char) hex);
        }
    }

    /** Begins a multi-byte character as defined by RFC 3629. */
    private void begin(int lead) {
        plain = false;
        more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        state = lead < 0xC2 || lead > 0xF4 ? State.BROKEN : State.CHARACTER;
    }

    private void continuation(int c) {
        boolean right = c >= lowest && c <= highest;
        lowest = 0x80;
        highest = 0xBF;
        more--;
        state = !right ? State.BROKEN : more == 0 ? State.STRING : State.CHARACTER;
    }

    private void inLiteral(byte c) {
        if (c != literal.charAt(taken)) {
            state = State.BROKEN;
        } else if (++taken == literal.length()) {
            state = State.AFTER_VALUE;
            events.other();
        }
    }

    private int inNumber(byte[] bytes, int start, int end) {
        for (int at = start; at < end; at++) {
            byte c = bytes[at];
            if (!number.takes(c)) {
                state = number.isWhole() ? State.AFTER_VALUE : State.BROKEN;
                events.number(plain ? text.toString() : "");
                return at;
            }
            keep((char) c);
        }
        return end;
    }
}
