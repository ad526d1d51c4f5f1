package io.backfill.plan;

import io.backfill.requests.Endpoint;
import io.backfill.requests.MessageLimits;

/**
 * Limits of a batch's input.
 *
 * @param maxLines requests in one batch
 * @param maxInputBytes size of the input file
 * @param maxLineBytes length of one line
 * @param maxModels models in one batch
 * @param allowMixedModels whether lines may name different models
 * @param order of a batch that does not request one
 * @param requiredFields whether a body without its endpoint's field ({@code messages}, {@code prompt}, {@code input} or an
 *     alternative) is rejected; otherwise it is sent to the model
 * @param messages limits of a batch of Anthropic's dialect, which apply where they are larger
 * @param maxInflateRatio how many times larger a compressed input may become, beyond its first 16 MiB
 */
public record PlanConfig(
        int maxLines,
        long maxInputBytes,
        int maxLineBytes,
        int maxModels,
        boolean allowMixedModels,
        PlanOrder order,
        boolean requiredFields,
        MessageLimits messages,
        int maxInflateRatio) {
    public static final int DEFAULT_INFLATE_RATIO = 1000;

    public static final PlanConfig DEFAULT =
            new PlanConfig(50_000, 209_715_200L, 16 * 1024 * 1024, 32, true, PlanOrder.PREFIX);

    /** Creates a configuration that checks required fields. */
    public PlanConfig(
            int maxLines,
            long maxInputBytes,
            int maxLineBytes,
            int maxModels,
            boolean allowMixedModels,
            PlanOrder order) {
        this(
                maxLines,
                maxInputBytes,
                maxLineBytes,
                maxModels,
                allowMixedModels,
                order,
                true,
                MessageLimits.DEFAULT,
                DEFAULT_INFLATE_RATIO);
    }

    public PlanConfig {
        if (maxLines < 1 || maxLines > 50_000_000) {
            throw new IllegalArgumentException("backfill.batches.max-lines must be 1 to 50000000, not " + maxLines);
        }
        if (maxInputBytes < 1) {
            throw new IllegalArgumentException(
                    "backfill.batches.max-input-bytes must be positive, not " + maxInputBytes);
        }
        if (maxLineBytes < 1024 || maxLineBytes > 512 * 1024 * 1024) {
            throw new IllegalArgumentException(
                    "backfill.batches.max-line-bytes must be 1024 to 536870912, not " + maxLineBytes);
        }
        if (maxModels < 1 || maxModels > 1000) {
            throw new IllegalArgumentException("backfill.batches.max-models must be 1 to 1000, not " + maxModels);
        }
        if (maxInflateRatio < 1 || maxInflateRatio > 1_000_000) {
            throw new IllegalArgumentException(
                    "backfill.batches.max-inflate-ratio must be 1 to 1000000, not " + maxInflateRatio);
        }
    }

    /** Returns the maximum number of lines of a batch with this endpoint. */
    int maxLines(String endpoint) {
        return endpoint.equals(Endpoint.MESSAGES.path()) ? Math.max(maxLines, messages.maxRequests()) : maxLines;
    }

    /** Returns the maximum size of the input of a batch with this endpoint. */
    long maxInputBytes(String endpoint) {
        return endpoint.equals(Endpoint.MESSAGES.path())
                ? Math.max(maxInputBytes, messages.maxInputBytes())
                : maxInputBytes;
    }
}
