package io.backfill.traces.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reports to {@link Deliveries} what a delivery comes to. The exporter is told that every delivery succeeded: it has no other use for
 * the result than to log each failure, and it never sends a lost delivery again.
 */
record ReportingSender(HttpSender sender, Deliveries deliveries) implements HttpSender {
    private static final HttpResponse TAKEN = new HttpResponse() {
        @Override
        public int getStatusCode() {
            return 200;
        }

        @Override
        public String getStatusMessage() {
            return "OK";
        }

        @Override
        public byte[] getResponseBody() {
            return new byte[0];
        }
    };

    @Override
    public void send(MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
        if (deliveries.isStopped()) {
            onResponse.accept(TAKEN);
            return;
        }
        sender.send(
                message,
                response -> {
                    int status = response.getStatusCode();
                    if (status >= 200 && status < 300) {
                        deliveries.succeeded();
                    } else {
                        deliveries.failed("it answers with status " + status);
                    }
                    onResponse.accept(TAKEN);
                },
                failure -> {
                    deliveries.failed(failure.getClass().getSimpleName()
                            + Optional.ofNullable(failure.getMessage())
                                    .map(why -> ": " + why)
                                    .orElse(""));
                    onResponse.accept(TAKEN);
                });
    }

    @Override
    public CompletableResultCode shutdown() {
        return sender.shutdown();
    }
}
