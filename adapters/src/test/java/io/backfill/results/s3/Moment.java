package io.backfill.results.s3;

import io.backfill.files.s3.StagedHttp;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/** The requests of a log between which its process can die. */
enum Moment {
    TAIL,
    SEGMENT,
    CHECKPOINT,
    DELETE;

    boolean is(SdkHttpRequest request) {
        return switch (this) {
            case TAIL ->
                StagedHttp.isPut(request, "/e0") && request.encodedPath().contains("-t0");
            case SEGMENT ->
                StagedHttp.isPut(request, "/e0") && !request.encodedPath().contains("-t0");
            case CHECKPOINT -> StagedHttp.isPut(request, "/checkpoint-");
            case DELETE -> request.method() == SdkHttpMethod.POST;
        };
    }
}
