package io.backfill.api.files;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.files.UploadPart;

/** The JSON form of one part of an upload. */
public record PartObject(
        @JsonProperty("id") String id,
        @JsonProperty("object") String object,
        @JsonProperty("created_at") long createdAt,
        @JsonProperty("upload_id") String uploadId) {

    public static PartObject of(UploadPart part) {
        return new PartObject(
                part.id().value(),
                "upload.part",
                part.createdAt().getEpochSecond(),
                part.upload().value());
    }
}
