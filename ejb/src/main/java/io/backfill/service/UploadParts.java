package io.backfill.service;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.UploadPart;
import io.backfill.ids.PartId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The parts of an upload that a client selected, in the order of the file. */
record UploadParts(List<UploadPart> inOrder) {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** Selects parts from {@code present}. Each id must be one of them and must not be repeated. */
    static UploadParts choose(List<UploadPart> present, List<PartId> chosen) {
        Map<PartId, UploadPart> byId = new HashMap<>();
        present.forEach(part -> byId.put(part.id(), part));
        List<UploadPart> inOrder = new ArrayList<>();
        for (PartId id : chosen) {
            UploadPart part = byId.remove(id);
            if (part == null) {
                throw new BackfillException(
                        ErrorCode.INVALID_REQUEST,
                        "Part '" + id + "' is not a part of this upload, or is named twice.",
                        "part_ids");
            }
            inOrder.add(part);
        }
        return new UploadParts(List.copyOf(inOrder));
    }

    void checkTotal(long declared) {
        long total = inOrder.stream().mapToLong(UploadPart::bytes).sum();
        if (total != declared) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST,
                    "The parts have " + total + " bytes in total, but the upload was created for " + declared
                            + " bytes.",
                    "part_ids");
        }
    }

    /** Returns a fingerprint of this selection and order of parts. */
    int fingerprint() {
        MessageDigest digest = digest("SHA-256");
        inOrder.forEach(part -> digest.update(part.id().value().getBytes(StandardCharsets.US_ASCII)));
        return ByteBuffer.wrap(digest.digest()).getInt();
    }

    void checkDigest(FileStore store, String md5) throws IOException {
        String actual = HexFormat.of().formatHex(digest(store));
        if (!actual.equalsIgnoreCase(md5)) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST,
                    "The MD5 digest of the parts is " + actual + ", not the one given.",
                    "md5");
        }
    }

    private byte[] digest(FileStore store) throws IOException {
        MessageDigest digest = digest("MD5");
        byte[] buffer = new byte[BUFFER_BYTES];
        for (UploadPart part : inOrder) {
            try (BlobReader blob = store.open(part.key());
                    InputStream bytes = blob.stream(0, part.bytes())) {
                for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                    digest.update(buffer, 0, read);
                }
            }
        }
        return digest.digest();
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK does not provide MD5 or SHA-256", e);
        }
    }

    List<BlobPiece> pieces() {
        return inOrder.stream()
                .map(part -> new BlobPiece(part.key(), part.bytes()))
                .toList();
    }
}
