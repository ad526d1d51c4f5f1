package io.backfill.files;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;

/**
 * Checks that the store belongs to this node's catalog. A store carries the identity of the first catalog that used it, because
 * two catalogs over one store would each remove the blobs that only the other has records of.
 */
public final class StoreOwner {
    static final String KEY = "installation";
    private static final int MOST_BYTES = 1024;

    private final FileStore store;
    private final String place;
    private final String catalog;

    /**
     * Does not access the store.
     *
     * @param place location of the store, for messages
     * @param catalog identity of this node's catalog
     */
    public StoreOwner(FileStore store, String place, String catalog) {
        this.store = store;
        this.place = place;
        this.catalog = catalog;
    }

    public String place() {
        return place;
    }

    /**
     * Writes the catalog's identity to a store that has none, then compares the stored identity with it. Idempotent. If two
     * catalogs race for a new store, one of them is rejected.
     *
     * @throws IllegalStateException if the store belongs to another catalog
     * @throws IOException if the store does not respond; the owner is then unknown
     */
    public void verify() throws IOException {
        try {
            compare();
        } catch (NoSuchFileException fresh) {
            byte[] identity = catalog.getBytes(StandardCharsets.US_ASCII);
            store.put(KEY, new ByteArrayInputStream(identity), identity.length);
            // another catalog may have written its identity at the same time
            compare();
        }
    }

    private void compare() throws IOException {
        String owner;
        try (BlobReader blob = store.open(KEY);
                InputStream in = blob.stream(0, Math.min(blob.size(), MOST_BYTES))) {
            owner = new String(in.readAllBytes(), StandardCharsets.US_ASCII).trim();
        }
        if (!owner.equals(catalog)) {
            throw new IllegalStateException("the store (" + place + ") belongs to the catalog " + owner
                    + ", but this node's catalog is " + catalog + ": each installation would remove the files of the"
                    + " other. Give this one a store of its own, or, if the store is really this catalog's, delete '"
                    + KEY
                    + "' in it and start again");
        }
    }
}
