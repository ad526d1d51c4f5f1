package io.backfill.api.http;

import io.backfill.api.errors.ApiLog;
import io.backfill.errors.BackfillException;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Logs failures of this server and of its dependencies for operators. Mistakes of clients appear at debug level only. */
final class FailureLog {
    private FailureLog() {}

    static void log(Throwable failure, int status, ApiRequest request) {
        if (status < 500) {
            ApiLog.LOG.debugf(
                    "Request %s (%s %s) was rejected: %s", request.id(), request.getMethod(), request.path(), failure);
        } else if (failure instanceof BackfillException notServed) {
            String message = Optional.ofNullable(notServed.getMessage()).orElse("");
            ApiLog.LOG.notServed(request.id(), request.getMethod(), request.path(), status, message, notServed);
        } else {
            ApiLog.LOG.unforeseen(request.id(), request.getMethod(), request.path(), failure);
        }
    }

    /** Logs a failure after the response had begun. The usual cause is that the client disconnected. */
    static void logBroken(Throwable failure, ApiRequest request) {
        if (clientHasGone(failure)) {
            ApiLog.LOG.debugf(failure, "The client of request %s disconnected", request.id());
        } else {
            ApiLog.LOG.brokenOff(request.id(), request.getMethod(), request.path(), failure);
        }
    }

    private static boolean clientHasGone(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).anyMatch(IOException.class::isInstance);
    }
}
