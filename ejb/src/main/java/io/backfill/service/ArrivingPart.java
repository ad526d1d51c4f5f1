package io.backfill.service;

import io.backfill.files.Upload;
import io.backfill.ids.PartId;
import java.io.InputStream;

/** A part whose bytes arrive before the upload has it. Close it: bytes that did not become a part are removed. */
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
