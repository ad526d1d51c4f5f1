package io.backfill.requests;

import java.io.IOException;

/**
 * The location of a request's prompt in its line: the JSON values that form it, in the order in which engines render them.
 * Positions are relative to the line's first byte. A length of 0 means that the value is absent.
 *
 * @param saltStart of {@code cache_salt}, which separates an engine's prefix caches
 * @param conversationStart of {@code messages}, {@code prompt} or {@code input}
 * @param maxTokens maximum total tokens of the answers; -1 if the request sets none, 0 if answers have no tokens
 */
public record PromptBytes(
        int saltStart,
        int saltLength,
        int toolsStart,
        int toolsLength,
        int instructionsStart,
        int instructionsLength,
        int conversationStart,
        int conversationLength,
        int maxTokens) {
    private static final PromptBytes NONE = new PromptBytes(0, 0, 0, 0, 0, 0, 0, 0, -1);

    /**
     * Returns the prompt in a request's body, with positions relative to {@code start}. Bytes that are not a JSON object have no
     * prompt.
     */
    public static PromptBytes ofBody(byte[] buffer, int start, int length) {
        try {
            return LineFields.promptOfBody(buffer, start, length);
        } catch (IOException notJson) {
            return NONE;
        }
    }

    /** Does the same as {@link #ofBody} for a truncated body: a value that is cut off extends to the last available byte. */
    public static PromptBytes ofBodyHead(byte[] buffer, int start, int length) {
        return LineFields.promptOfBodyHead(buffer, start, length);
    }

    /** Returns the number of bytes that are rendered. */
    public int length() {
        return toolsLength + instructionsLength + conversationLength;
    }
}
