package io.backfill.files;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;

/**
 * Whose store this is. Two catalogs over one store would each sweep away what the other knows of, so a store carries the identity
 * of the catalog that used it first.
 */
public final class StoreOwner {
    static final String KEY = "installation";
    private static final int MOST_BYTES = 1024;

    private final FileStore store;
    private final String place;
    private final String catalog;

    /**
     * Nothing is asked yet.
     *
     * @param place of the store, for people
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
     * Writes the catalog's identity into a store that has none, and compares. Idempotent. Of two catalogs that meet at a new store
     * one is refused.
     *
     * @throws IllegalStateException when the store is another catalog's
     * @throws IOException when the store does not answer; then nothing is known
     */
    public void verify() throws IOException {
        try {
            compare();
        } catch (NoSuchFileException fresh) {
            byte[] identity = catalog.getBytes(StandardCharsets.US_ASCII);
            store.put(KEY, new ByteArrayInputStream(identity), identity.length);
            // another catalog may have written just now
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
