package io.backfill.service;

import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.io.InputStream;

/** A file that is being uploaded. Close it; the bytes are removed unless they have become a file. */
public record ArrivingFile(TenantId tenant, FileId id, ArrivingBytes bytes) implements AutoCloseable {
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
