package io.backfill.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Wraps private keys of older formats in PKCS #8, the only format that the JDK reads. */
final class Pkcs8 {
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    /** An INTEGER of 0. */
    private static final byte[] VERSION = {0x02, 0x01, 0x00};

    private Pkcs8() {}

    /**
     * Returns the key in PKCS #8.
     *
     * @param key the private key in DER: PKCS #1 for RSA, SEC 1 for EC
     * @param publicKey the public key in X.509 encoding, whose algorithm identifier, including the curve, is copied
     * @throws IllegalArgumentException if the public key is not in X.509 encoding
     */
    static byte[] wrap(byte[] key, byte[] publicKey) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(VERSION);
        content.writeBytes(algorithm(publicKey));
        content.writeBytes(element(OCTET_STRING, key));
        return element(SEQUENCE, content.toByteArray());
    }

    /** Returns the algorithm identifier, the first element of the sequence. */
    private static byte[] algorithm(byte[] publicKey) {
        int start = contentStart(publicKey, 0);
        int content = contentStart(publicKey, start);
        return Arrays.copyOfRange(publicKey, start, content + length(publicKey, start));
    }

    private static int contentStart(byte[] der, int at) {
        if (at + 1 >= der.length || der[at] != SEQUENCE) {
            throw new IllegalArgumentException("not a public key in X.509 encoding");
        }
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int length(byte[] der, int at) {
        int length = 0;
        int start = contentStart(der, at);
        for (int i = start == at + 2 ? at + 1 : at + 2; i < start; i++) {
            length = length << 8 | der[i] & 0xFF;
        }
        return length;
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}
