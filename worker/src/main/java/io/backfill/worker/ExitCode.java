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
 * How a pod ends. The Job's pod failure policy goes by these numbers: 64 and 65 end the shard, 77 and 78 the whole Job, and all
 * others but 0 are tried again.
 */
enum ExitCode {
    /** Every line of the shard has its result. */
    COMPLETE(0),
    /** The Job's manifest, or what the Job says of this pod, is wrong. */
    BAD_ARGUMENTS(64),
    /** Plan or input is not there, or damaged. */
    BAD_DATA(65),
    /** The store does not answer, or has no room. */
    UNAVAILABLE(69),
    /** A bug of ours. */
    BUG(70),
    /** Nothing is wrong, but the shard is not done: somebody goes on with what is in the log. */
    TEMPORARY(75),
    /** The store refuses these credentials. */
    NOT_PERMITTED(77),
    /** A setting is missing or wrong: no pod of this Job can do better. */
    CONFIGURATION(78),
    /** The cluster ended this pod; what was answered is in the log. */
    TERMINATED(143);

    private static final int MOST_CAUSES = 20;

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    /** What the process ends with. */
    int status() {
        return status;
    }

    /** What a failure means of which nobody knows more than its exceptions. */
    static ExitCode of(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null && causes.size() < MOST_CAUSES; cause = cause.getCause()) {
            causes.add(cause);
        }
        // the server's own answer tells more than what was made of it
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
            // 412: the input is another one than when it was opened
            case 404, 412 -> BAD_DATA;
            default -> UNAVAILABLE;
        };
    }

    private static ExitCode ofOne(Throwable cause) {
        return switch (cause) {
            case AccessDeniedException denied -> NOT_PERMITTED;
            case NoSuchFileException gone -> BAD_DATA;
            case FileNotFoundException gone ->
                String.valueOf(gone.getMessage()).endsWith("(Permission denied)") ? NOT_PERMITTED : BAD_DATA;
            case JsonProcessingException damaged -> BAD_DATA;
            case EOFException tooShort -> BAD_DATA;
            default -> BUG;
        };
    }
}
