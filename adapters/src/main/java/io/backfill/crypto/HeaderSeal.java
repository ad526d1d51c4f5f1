package io.backfill.crypto;

import io.backfill.batches.SealedHeaders;
import io.backfill.files.directory.FileForce;
import io.backfill.ids.BatchId;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts captured headers with AES-256-GCM under the current key of a key file, and decrypts headers sealed with any key in the
 * file. Sealed headers are bound to their batch: they cannot be opened if they are copied to the row of another batch. Thread-safe.
 */
public final class HeaderSeal {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SealKeys keys;
    private final SecureRandom random;

    private HeaderSeal(SealKeys keys, SecureRandom random) {
        this.keys = keys;
        this.random = random;
    }

    /**
     * Reads the key file: lines {@code id:base64 of 32 bytes}, the current key first, then earlier keys.
     *
     * @throws IOException if the file cannot be used, with a message for operators that never contains a key
     */
    public static HeaderSeal load(Path keyFile) throws IOException {
        return new HeaderSeal(SealKeys.read(keyFile), new SecureRandom());
    }

    /**
     * Creates a key file with one random key, readable only by its owner. The file is created atomically and never replaces an
     * existing one. It is on disk when this method returns, because sealed headers must not survive a crash that loses their key.
     *
     * @throws FileAlreadyExistsException if the file exists
     */
    public static void create(Path keyFile) throws IOException {
        create(keyFile, FileForce.DISK);
    }

    static void create(Path keyFile, FileForce force) throws IOException {
        SecureRandom random = new SecureRandom();
        byte[] id = new byte[4];
        byte[] key = new byte[SealKeys.KEY_BYTES];
        random.nextBytes(id);
        random.nextBytes(key);
        String line =
                "k" + HexFormat.of().formatHex(id) + ":" + Base64.getEncoder().encodeToString(key) + "\n";
        Path target = keyFile.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null) {
            throw new IOException(keyFile + " is not a valid path for a key file");
        }
        createFolders(folder, force);
        Path fresh = Files.createTempFile(folder, ".key", ".new", ownerOnly());
        try {
            try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
                out.write(line.getBytes(StandardCharsets.US_ASCII));
                force.file(out.getFD());
            }
            try {
                // unlike a rename, a link never replaces an existing file
                Files.createLink(target, fresh);
            } catch (UnsupportedOperationException e) {
                Files.move(fresh, target);
            }
            force.folder(folder);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void createFolders(Path folder, FileForce force) throws IOException {
        Path parent = folder.getParent();
        if (Files.isDirectory(folder) || parent == null) {
            return;
        }
        createFolders(parent, force);
        Files.createDirectories(folder);
        force.folder(parent);
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Seals {@code headers} for {@code batch}. Returns {@link SealedHeaders#NONE} if there are no headers. */
    public SealedHeaders seal(BatchId batch, Map<String, String> headers) {
        return seal(batch.value(), headers);
    }

    /** As {@link #seal(BatchId, Map)}, for named texts of any owner, whose id is ASCII. */
    public SealedHeaders seal(String owner, Map<String, String> headers) {
        if (headers.isEmpty()) {
            return SealedHeaders.NONE;
        }
        SealKeys.Entry key = keys.current();
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] plain = HeaderBytes.write(headers);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, owner);
            byte[] sealed = ByteBuffer.allocate(NONCE_BYTES + cipher.getOutputSize(plain.length))
                    .put(nonce)
                    .put(cipher.doFinal(plain))
                    .array();
            return new SealedHeaders(key.id(), sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform cannot do AES-256-GCM", e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /**
     * Returns the headers that were sealed for {@code batch}.
     *
     * @throws SealBrokenException if the key is unknown or the bytes were not sealed for this batch
     */
    public Map<String, String> open(BatchId batch, SealedHeaders sealed) {
        return open(batch.value(), sealed);
    }

    /** As {@link #open(BatchId, SealedHeaders)}, for any owner. */
    public Map<String, String> open(String owner, SealedHeaders sealed) {
        if (sealed.isEmpty()) {
            return Map.of();
        }
        SealKeys.Entry key = keys.find(sealed.keyId())
                .orElseThrow(() -> new SealBrokenException("the headers of " + owner + " were sealed with key '"
                        + sealed.keyId() + "', which is not in the key file; add it as the second line"));
        byte[] bytes = sealed.bytes();
        if (bytes.length < NONCE_BYTES + TAG_BITS / 8) {
            throw new SealBrokenException("the sealed headers of " + owner + " are truncated");
        }
        try {
            byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, owner);
            return HeaderBytes.read(cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES));
        } catch (GeneralSecurityException e) {
            throw new SealBrokenException(
                    "the sealed headers of " + owner + " are damaged, or the key '" + sealed.keyId()
                            + "' in the key file has changed",
                    e);
        }
    }

    private static Cipher cipher(int mode, SealKeys.Entry key, byte[] nonce, String owner)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.key(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner.getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }
}
