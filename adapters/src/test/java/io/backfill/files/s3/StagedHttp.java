package io.backfill.files.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * The connection to a real server, on which a test can observe, delay, refuse or lose calls. Every attempt of the SDK passes
 * through it.
 */
public final class StagedHttp implements SdkHttpClient {
    /** Sends the request to the server. */
    @FunctionalInterface
    public interface Sending {
        HttpExecuteResponse send() throws IOException;
    }

    /** Determines what happens to a request. */
    @FunctionalInterface
    public interface Stage {
        HttpExecuteResponse answer(SdkHttpRequest request, Sending sending) throws IOException;
    }

    private final SdkHttpClient real;
    private final Stage stage;

    public StagedHttp(SdkHttpClient real, Stage stage) {
        this.real = real;
        this.stage = stage;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        ExecutableHttpRequest prepared = real.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return stage.answer(request.httpRequest(), prepared::call);
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    /** Returns an error that did not come from the server. */
    public static HttpExecuteResponse failure(int status, String code) {
        byte[] body = ("<Error><Code>" + code + "</Code><Message>staged</Message></Error>")
                .getBytes(StandardCharsets.US_ASCII);
        return HttpExecuteResponse.builder()
                .response(SdkHttpResponse.builder()
                        .statusCode(status)
                        .putHeader("Content-Type", "application/xml")
                        .putHeader("Content-Length", String.valueOf(body.length))
                        .build())
                .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
                .build();
    }

    /** Returns whether the request writes a single object with this text in its key. */
    public static boolean isPut(SdkHttpRequest request, String inKey) {
        return request.method() == SdkHttpMethod.PUT && request.encodedPath().contains(inKey);
    }

    public static boolean isGet(SdkHttpRequest request, String inKey) {
        return request.method() == SdkHttpMethod.GET && request.encodedPath().contains(inKey);
    }

    @Override
    public void close() {
        real.close();
    }
}
