package io.backfill.requests;

import java.io.IOException;

/**
 * Where the prompt of a request lies in its line: the JSON values that make it, in the order in which engines render them. Positions
 * count from the line's first byte; a length of 0 means that there is none.
 *
 * @param saltStart of {@code cache_salt}, by which an engine keeps caches apart
 * @param conversationStart of {@code messages}, {@code prompt} or {@code input}
 * @param maxTokens that the answers may have together; -1 when the request does not say, 0 where answers are no tokens
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

    /** The prompt in a request's body; positions count from {@code start}. Of something that is no JSON object there is none. */
    public static PromptBytes ofBody(byte[] buffer, int start, int length) {
        try {
            return LineFields.promptOfBody(buffer, start, length);
        } catch (IOException notJson) {
            return NONE;
        }
    }

    /** As {@link #ofBody}, of a body whose end is missing: a value that is cut off reaches to the end of what there is. */
    public static PromptBytes ofBodyHead(byte[] buffer, int start, int length) {
        return LineFields.promptOfBodyHead(buffer, start, length);
    }

    /** Bytes that are rendered. */
    public int length() {
        return toolsLength + instructionsLength + conversationLength;
    }
}
