package io.backfill.service;

import io.backfill.files.Upload;
import io.backfill.ids.PartId;
import java.io.InputStream;

/** A part that is being uploaded. Close it; the bytes are removed unless they have become a part of the upload. */
public record ArrivingPart(Upload upload, PartId id, ArrivingBytes bytes) implements AutoCloseable {
    /** See {@link ArrivingBytes#receive}. */
    public void receive(InputStream in) {
        bytes.receive(in);
    }

    public boolean received() {
        return bytes.received();
    }

    @Override
    public void close() {
        bytes.close();
    }
}
