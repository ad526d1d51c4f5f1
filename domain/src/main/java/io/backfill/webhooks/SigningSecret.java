package io.backfill.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret that signs deliveries, as the Standard Webhooks specification and OpenAI's SDKs define it: {@code whsec_} and the base64 of
 * the key. A text without this prefix is itself the key. Never shown by {@link #toString}.
 */
public final class SigningSecret {
    private static final String PREFIX = "whsec_";
    private static final int FRESH_BYTES = 32;
    private static final int HINT = 4;

    private final String text;
    private final byte[] key;

    private SigningSecret(String text, byte[] key) {
        this.text = text;
        this.key = key;
    }

    /**
     * Reads a secret.
     *
     * @throws IllegalArgumentException if the text is empty or what follows the prefix is not base64; the message does not quote it
     */
    public static SigningSecret of(String text) {
        byte[] key;
        try {
            key = text.startsWith(PREFIX)
                    ? Base64.getDecoder().decode(text.substring(PREFIX.length()))
                    : text.getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a secret that begins with " + PREFIX + " continues with base64");
        }
        if (key.length == 0) {
            throw new IllegalArgumentException("a secret is not empty");
        }
        return new SigningSecret(text, key);
    }

    /** Returns a new random secret. */
    public static SigningSecret fresh(RandomGenerator random) {
        byte[] key = new byte[FRESH_BYTES];
        random.nextBytes(key);
        return new SigningSecret(PREFIX + Base64.getEncoder().encodeToString(key), key);
    }

    /** Returns the secret in the form that receivers configure. */
    public String text() {
        return text;
    }

    /** Returns the last four characters, by which a person recognizes the secret. */
    public String hint() {
        return text.substring(Math.max(0, text.length() - HINT));
    }

    /**
     * Signs one attempt.
     *
     * @param id value of {@code webhook-id}
     * @param timestamp value of {@code webhook-timestamp}
     * @return one element of {@code webhook-signature}
     */
    public String sign(String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigningSecret that && Arrays.equals(key, that.key) && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "SigningSecret[..." + hint() + "]";
    }
}
