package io.backfill.api.files;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.files.StoredFile;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The JSON form of a file. The status is {@code processed} from the start, because SDKs wait for it. */
public record FileObject(
        @JsonProperty("id") String id,
        @JsonProperty("object") String object,
        @JsonProperty("bytes") long bytes,
        @JsonProperty("created_at") long createdAt,
        @JsonProperty("expires_at") @Nullable Long expiresAt,
        @JsonProperty("filename") String filename,
        @JsonProperty("purpose") String purpose,
        @JsonProperty("status") String status,
        @JsonProperty("status_details") @Nullable String statusDetails) {

    public static FileObject of(StoredFile file) {
        return new FileObject(
                file.id().value(),
                "file",
                file.bytes(),
                file.createdAt().getEpochSecond(),
                file.expiresAt().map(Instant::getEpochSecond).orElse(null),
                file.filename(),
                file.purpose().wireName(),
                "processed",
                null);
    }
}
