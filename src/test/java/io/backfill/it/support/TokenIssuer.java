package io.backfill.it.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** An identity provider with discovery, a key set and signed tokens, which uses only the JDK. */
public final class TokenIssuer implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, KeyPair> published = new ConcurrentHashMap<>();
    private volatile boolean away;

    public TokenIssuer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/.well-known/openid-configuration",
                exchange ->
                        answer(exchange, "{\"issuer\":\"" + address() + "\",\"jwks_uri\":\"" + address() + "/keys\"}"));
        server.createContext("/keys", exchange -> answer(exchange, keySet()));
        server.start();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Sets whether the provider answers 503. */
    public void away(boolean away) {
        this.away = away;
    }

    private void answer(HttpExchange exchange, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(away ? 503 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Creates an RSA key and publishes it under this id. */
    public void newKey(String id) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        published.put(id, generator.generateKeyPair());
    }

    private String keySet() {
        return published.entrySet().stream()
                .map(entry -> {
                    RSAPublicKey key = (RSAPublicKey) entry.getValue().getPublic();
                    return "{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"" + entry.getKey() + "\",\"n\":\""
                            + base64(unsigned(key.getModulus())) + "\",\"e\":\""
                            + base64(unsigned(key.getPublicExponent())) + "\"}";
                })
                .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    /** Returns a token for this subject, signed with the key of this id (RS256). */
    public String token(String keyId, String subject, String audience, Duration life) throws GeneralSecurityException {
        String head = base64("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" + keyId + "\"}");
        String claims = base64("{\"iss\":\"" + address() + "\",\"aud\":\"" + audience + "\",\"sub\":\"" + subject
                + "\",\"exp\":" + Instant.now().plus(life).getEpochSecond() + "}");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(published.get(keyId).getPrivate());
        signature.update((head + "." + claims).getBytes(StandardCharsets.US_ASCII));
        return head + "." + claims + "." + base64(signature.sign());
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
