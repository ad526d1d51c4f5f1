package io.backfill.simulator.answers;

import io.backfill.simulator.engine.Mixing;
import io.backfill.simulator.engine.PromptBlocks;
import io.backfill.simulator.http.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * The prompt as an engine would render it: tools, then the system text, then role and content of each message, as one
 * stream of bytes with four bytes per token. This order does not depend on the order of the members in the body. Used
 * for one body.
 */
final class CanonicalPrompt {
    private final int blockTokens;
    private final Bytes tools = new Bytes(256);
    private final Bytes instructions = new Bytes(256);
    private final Bytes conversation = new Bytes(4 << 10);
    private final List<Ended> ended = new ArrayList<>(1);
    private long salt;

    private record Ended(long hash, String start, byte[] conversation) {}

    CanonicalPrompt(int blockTokens) {
        this.blockTokens = blockTokens;
    }

    void tools(String token) {
        tools.text(token);
    }

    void instructions(String text) {
        instructions.text(text);
    }

    void text(String text) {
        conversation.text(text);
    }

    void text(char[] characters, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (characters[i] >= 0x80) {
                conversation.text(new String(characters, i, offset + length - i));
                return;
            }
            conversation.put(characters[i]);
        }
    }

    void tokenId(long id) {
        conversation.put((int) id).put((int) (id >> 8)).put((int) (id >> 16)).put((int) (id >> 24));
    }

    /** Adds {@code cache_salt}: prompts with different salts share no blocks. */
    void salt(String text) {
        for (int i = 0; i < text.length(); i++) {
            salt = Mixing.mix(salt ^ text.charAt(i));
        }
    }

    /** Ends a prompt. Further texts belong to the next prompt. */
    void end(long hash, String start) {
        ended.add(new Ended(hash, start, conversation.toByteArray()));
        conversation.clear();
    }

    /**
     * Returns the completed prompts. Call this after the whole body was read, because shared texts may follow the
     * prompts in it.
     */
    List<Prompt> prompts() {
        List<Prompt> prompts = new ArrayList<>(ended.size());
        for (Ended one : ended) {
            Bytes all = new Bytes(tools.length() + instructions.length() + one.conversation.length);
            all.put(tools.array(), 0, tools.length());
            all.put(instructions.array(), 0, instructions.length());
            all.put(one.conversation);
            int tokens = Math.ceilDiv(all.length(), PromptBlocks.BYTES_PER_TOKEN);
            PromptBlocks blocks = PromptBlocks.of(all.array(), all.length(), blockTokens, salt);
            prompts.add(new Prompt(one.hash, tokens, one.start, blocks));
        }
        return prompts;
    }
}
