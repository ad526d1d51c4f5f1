package io.backfill.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Exit codes of a pod. The Job's pod failure policy depends on these numbers: 64 and 65 fail the shard, 77 and 78 fail the whole
 * Job, and all others except 0 are retried.
 */
enum ExitCode {
    /** Every line of the shard has a result. */
    COMPLETE(0),
    /** The Job's manifest or the Job's settings for this pod are invalid. */
    BAD_ARGUMENTS(64),
    /** Plan or input is missing or damaged. */
    BAD_DATA(65),
    /** The store does not answer or is full. */
    UNAVAILABLE(69),
    /** A bug in the worker. */
    BUG(70),
    /** The shard is not complete, but nothing is wrong: a later attempt or the gateway resumes from the log. */
    TEMPORARY(75),
    /** The store rejects the credentials of this pod. */
    NOT_PERMITTED(77),
    /** A setting is missing or wrong: every other pod of this Job would fail as well. */
    CONFIGURATION(78),
    /** The cluster terminated this pod; all results so far are in the log. */
    TERMINATED(143);

    private static final int MOST_CAUSES = 20;

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    /** Returns the exit status of the process. */
    int status() {
        return status;
    }

    /** Classifies a failure by its exceptions alone. */
    static ExitCode of(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null && causes.size() < MOST_CAUSES; cause = cause.getCause()) {
            causes.add(cause);
        }
        // a response of the server is more precise than the exceptions that wrap it
        for (Throwable cause : causes) {
            if (cause instanceof AwsServiceException answer) {
                return ofAnswer(answer);
            }
            if (cause instanceof SdkException) {
                return UNAVAILABLE;
            }
        }
        return causes.stream()
                .map(ExitCode::ofOne)
                .filter(code -> code != BUG)
                .findFirst()
                .orElse(causes.stream().anyMatch(IOException.class::isInstance) ? UNAVAILABLE : BUG);
    }

    private static ExitCode ofAnswer(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        if (details != null && "NoSuchBucket".equals(details.errorCode())) {
            return CONFIGURATION;
        }
        return switch (answer.statusCode()) {
            case 401, 403 -> NOT_PERMITTED;
            // 412: the input is not the same object as when it was opened
            case 404, 412 -> BAD_DATA;
            default -> UNAVAILABLE;
        };
    }

    private static ExitCode ofOne(Throwable cause) {
        return switch (cause) {
            case AccessDeniedException _ -> NOT_PERMITTED;
            case NoSuchFileException _ -> BAD_DATA;
            case FileNotFoundException gone ->
                String.valueOf(gone.getMessage()).endsWith("(Permission denied)") ? NOT_PERMITTED : BAD_DATA;
            case JsonProcessingException _ -> BAD_DATA;
            case EOFException _ -> BAD_DATA;
            default -> BUG;
        };
    }
}
