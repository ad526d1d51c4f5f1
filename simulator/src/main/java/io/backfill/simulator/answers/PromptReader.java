package io.backfill.simulator.answers;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.simulator.engine.Mixing;
import io.backfill.simulator.engine.PromptBlocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the prompts from the members that may hold them: {@code messages}, {@code prompt} and {@code input}. Each is a
 * text, a list of texts, a list of token ids, a list of such lists, or a conversation with content parts.
 */
final class PromptReader {
    private static final int START_LENGTH = 160;
    private static final int CHARACTERS_PER_TOKEN = 4;
    private static final int TOKENS_OF_A_MESSAGE = 4;

    private final JsonParser parser;

    /** Empty unless the engine needs the blocks of prompts: collecting them costs as much as all other parsing. */
    private final Optional<CanonicalPrompt> canonical;

    private final List<Prompt> separate = new ArrayList<>(1);
    private boolean conversation;
    private long hash;
    private int tokens;
    private String lastText = "";
    private String lastOfUser = "";

    /** {@code blockTokens} as of {@link io.backfill.simulator.engine.Engine#promptBlockTokens}. */
    PromptReader(JsonParser parser, int blockTokens) {
        this.parser = parser;
        this.canonical = blockTokens > 0 ? Optional.of(new CanonicalPrompt(blockTokens)) : Optional.empty();
    }

    List<Prompt> prompts() {
        if (conversation) {
            separate.clear();
            end(hash, lastOfUser.isEmpty() ? lastText : lastOfUser);
        }
        return canonical.isPresent() ? canonical.get().prompts() : separate;
    }

    /** Reads {@code messages}: a list of messages that form one prompt. */
    boolean conversation(JsonToken value) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return false;
        }
        conversation = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            message(token);
        }
        return true;
    }

    /** Reads {@code prompt}: one text or list of token ids, or several of them. */
    boolean texts(JsonToken value) throws IOException {
        return several(value, false);
    }

    /** Reads {@code input}: like {@code prompt}, or a conversation of items. */
    boolean input(JsonToken value) throws IOException {
        return several(value, true);
    }

    /**
     * Reads the system text of the responses or messages endpoint, which counts as part of the prompt. In messages it may be a list of
     * blocks; the engine's prompt then contains every name and value.
     */
    void instructions(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            add(TOKENS_OF_A_MESSAGE);
            if (canonical.isPresent()) {
                canonical.get().instructions(parser.getText());
            }
        } else if (value == JsonToken.START_ARRAY && canonical.isPresent()) {
            add(TOKENS_OF_A_MESSAGE);
            for (int depth = 1; depth > 0; ) {
                JsonToken token = parser.nextToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                canonical.get().instructions(parser.getText());
            }
            return;
        }
        parser.skipChildren();
    }

    /** Reads {@code tools}. The engine's prompt contains every name and value. */
    void tools(JsonToken value) throws IOException {
        if (canonical.isEmpty()) {
            parser.skipChildren();
            return;
        }
        int depth = 0;
        JsonToken token = value;
        while (true) {
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            canonical.get().tools(parser.getText());
            if (depth == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }

    /** Reads {@code cache_salt}. */
    void salt(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING && canonical.isPresent()) {
            canonical.get().salt(parser.getText());
        }
        parser.skipChildren();
    }

    private boolean several(JsonToken value, boolean items) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            text();
            endOne();
            return true;
        }
        if (value != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return false;
        }
        boolean ids = false;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            switch (token) {
                case VALUE_STRING -> {
                    text();
                    endOne();
                }
                case VALUE_NUMBER_INT -> {
                    tokenId();
                    ids = true;
                }
                case START_ARRAY -> {
                    tokenIds();
                    endOne();
                }
                case START_OBJECT -> {
                    conversation |= items;
                    message(token);
                }
                default -> parser.skipChildren();
            }
        }
        if (ids) {
            endOne();
        }
        return true;
    }

    private void message(JsonToken token) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        boolean ofUser = false;
        tokens += TOKENS_OF_A_MESSAGE;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "role" -> ofUser = value == JsonToken.VALUE_STRING && role().equals("user");
                case "content" -> content(value);
                default -> parser.skipChildren();
            }
        }
        if (ofUser) {
            lastOfUser = lastText;
        }
    }

    private String role() throws IOException {
        String role = parser.getText();
        if (canonical.isPresent()) {
            canonical.get().text(role);
        }
        return role;
    }

    private void content(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            text();
        } else if (value == JsonToken.START_ARRAY) {
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                part(token);
            }
        } else {
            parser.skipChildren();
        }
    }

    private void part(JsonToken token) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean isText = parser.currentName().equals("text");
            JsonToken value = parser.nextToken();
            if (isText && value == JsonToken.VALUE_STRING) {
                text();
            } else {
                parser.skipChildren();
            }
        }
    }

    private void text() throws IOException {
        char[] characters = parser.getTextCharacters();
        int offset = parser.getTextOffset();
        int length = parser.getTextLength();
        // The answer to a conversation follows from the digest of the whole body, so its texts need no hash.
        for (int i = offset; i < offset + length && !conversation; i++) {
            hash = hash * 31 + characters[i];
        }
        add((length + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN);
        if (canonical.isPresent()) {
            canonical.get().text(characters, offset, length);
        }
        lastText = new String(characters, offset, Math.min(length, START_LENGTH));
    }

    private void tokenIds() throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.VALUE_NUMBER_INT) {
                tokenId();
            } else {
                parser.skipChildren();
            }
        }
    }

    private void tokenId() throws IOException {
        long id = parser.getLongValue();
        hash = hash * 31 + id;
        add(1);
        if (canonical.isPresent()) {
            canonical.get().tokenId(id);
        }
    }

    private void add(int count) {
        tokens += count;
    }

    private void endOne() {
        end(Mixing.mix(hash), lastText);
        hash = 0;
        tokens = 0;
        lastText = "";
    }

    private void end(long contentHash, String start) {
        if (canonical.isPresent()) {
            canonical.get().end(contentHash, start);
        } else {
            separate.add(new Prompt(contentHash, tokens, start, PromptBlocks.NONE));
        }
    }
}
