package io.backfill.service;

import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import java.io.InputStream;

/** A file whose bytes arrive before it is one. Close it: bytes that did not become a file are removed. */
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
