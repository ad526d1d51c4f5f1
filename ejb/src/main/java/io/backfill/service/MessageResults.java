package io.backfill.service;

import io.backfill.files.PiecewiseInputStream;
import io.backfill.results.MessageOutcome;
import io.backfill.results.MessageResultLines;
import io.backfill.results.ResultKind;
import io.backfill.results.UnplannedMessages;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The result lines of a batch of Anthropic's dialect, read from its opened files. Close it. Not thread-safe. */
public final class MessageResults implements Closeable {
    private static final byte[] NO_MORE = {};

    private final List<FileContent> opened = new ArrayList<>();
    private final Deque<PiecewiseInputStream.Pieces> parts = new ArrayDeque<>();

    void addResults(FileContent file, ResultKind kind) throws IOException {
        parts.add(new MessageResultLines(stream(file), kind)::next);
    }

    void addUnplanned(FileContent input, int maxLineBytes, MessageOutcome outcome) throws IOException {
        parts.add(new UnplannedMessages(stream(input), maxLineBytes, outcome)::next);
    }

    private InputStream stream(FileContent file) throws IOException {
        opened.add(file);
        return file.bytes().stream(0, file.bytes().size());
    }

    /** Returns the next bytes, or an empty array at the end. */
    public byte[] next() throws IOException {
        while (!parts.isEmpty()) {
            byte[] piece = parts.element().next();
            if (piece.length > 0) {
                return piece;
            }
            parts.remove();
        }
        return NO_MORE;
    }

    @Override
    public void close() throws IOException {
        for (FileContent file : opened) {
            file.close();
        }
    }
}
