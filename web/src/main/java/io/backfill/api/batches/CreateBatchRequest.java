package io.backfill.api.batches;

import io.backfill.api.ExpiresAfter;
import io.backfill.api.JsonFields;
import io.backfill.api.Metadata;
import io.backfill.api.SupportedValues;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.time.Duration;
import java.util.List;

/** The body of {@code POST /v1/batches}. Checks are made in the order in which OpenAI reports errors: missing members first. */
final class CreateBatchRequest {
    private static final String WINDOW = "completion_window";
    private static final String INPUT_FILE = "input_file_id";
    private static final int MAX_INPUT_FILE = 512;

    private final BatchConfig config;

    CreateBatchRequest(BatchConfig config) {
        this.config = config;
    }

    /** @throws BackfillException with OpenAI's message, naming the member */
    BatchSpec parse(JsonFields fields) {
        String inputFile = fields.string(INPUT_FILE);
        String endpoint = fields.string("endpoint");
        String window = fields.string(WINDOW);
        checkLength(inputFile);
        if (!inputFile.startsWith("file")) {
            throw IdPrefix.refusal(INPUT_FILE, inputFile, "file");
        }
        if (!config.endpoints().contains(endpoint)) {
            throw SupportedValues.refusal("endpoint", endpoint, config.endpoints());
        }
        return new BatchSpec(
                inputFile,
                endpoint,
                window(window),
                Metadata.in(fields),
                ExpiresAfter.in(fields, "output_expires_after"));
    }

    private static void checkLength(String inputFile) {
        int length = inputFile.codePointCount(0, inputFile.length());
        if (length > MAX_INPUT_FILE) {
            throw new BackfillException(
                    ErrorCode.STRING_ABOVE_MAX_LENGTH,
                    "Invalid 'input_file_id': string too long. Expected a string with maximum length " + MAX_INPUT_FILE
                            + ", but got a string with length " + length + " instead.",
                    INPUT_FILE);
        }
    }

    CompletionWindow window(String text) {
        if (config.strictWindow() && !text.equals(BatchConfig.STRICT_WINDOW)) {
            throw SupportedValues.refusal(WINDOW, text, List.of(BatchConfig.STRICT_WINDOW));
        }
        return CompletionWindow.parse(text)
                .filter(config::allows)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.INVALID_VALUE,
                        "Invalid value: '" + text + "'. Expected a duration such as '24h'"
                                + (CompletionWindow.parse(text).isPresent() ? outOfRange() : "."),
                        WINDOW));
    }

    private String outOfRange() {
        return ", from " + wire(config.windowMin()) + " to " + wire(config.windowMax()) + ".";
    }

    /** Formats a duration the way a client would write it. */
    private static String wire(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds % 86_400 == 0) {
            return "'" + seconds / 86_400 + "d'";
        }
        if (seconds % 3600 == 0) {
            return "'" + seconds / 3600 + "h'";
        }
        return seconds % 60 == 0 ? "'" + seconds / 60 + "m'" : "'" + seconds + "s'";
    }
}
