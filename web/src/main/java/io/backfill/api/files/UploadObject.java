package io.backfill.api.files;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.files.Upload;
import io.backfill.service.UploadState;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The JSON form of an upload. */
public record UploadObject(
        @JsonProperty("id") String id,
        @JsonProperty("object") String object,
        @JsonProperty("bytes") long bytes,
        @JsonProperty("created_at") long createdAt,
        @JsonProperty("expires_at") long expiresAt,
        @JsonProperty("filename") String filename,
        @JsonProperty("purpose") String purpose,
        @JsonProperty("status") String status,
        @JsonProperty("file") @Nullable FileObject file) {

    public static UploadObject of(UploadState state) {
        Upload upload = state.upload();
        return new UploadObject(
                upload.id().value(),
                "upload",
                upload.bytes(),
                upload.createdAt().getEpochSecond(),
                upload.expiresAt().getEpochSecond(),
                upload.filename(),
                upload.purpose().wireName(),
                state.expired() ? "expired" : upload.state().name().toLowerCase(Locale.ROOT),
                state.file().map(FileObject::of).orElse(null));
    }
}
