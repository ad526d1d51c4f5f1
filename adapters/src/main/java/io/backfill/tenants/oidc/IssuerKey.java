package io.backfill.tenants.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A public key of the issuer and the algorithms with which it may be used. Shared secrets are not supported. */
final class IssuerKey {
    private static final int FEWEST_RSA_BITS = 2048;

    private static final Set<JWSAlgorithm> RSA = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512);

    /** The curves that the platform supports, each with its only algorithm. */
    private static final Map<Curve, JWSAlgorithm> EC = Map.of(
            Curve.P_256, JWSAlgorithm.ES256,
            Curve.P_384, JWSAlgorithm.ES384,
            Curve.P_521, JWSAlgorithm.ES512);

    private final Optional<String> id;
    private final Set<JWSAlgorithm> algorithms;
    private final JWSVerifier verifier;

    private IssuerKey(JWK jwk, Set<JWSAlgorithm> algorithms, JWSVerifier verifier) {
        this.id = Optional.ofNullable(jwk.getKeyID());
        this.algorithms = algorithms;
        this.verifier = verifier;
    }

    /** Returns true if the algorithm is supported. {@code none} and algorithms with a shared secret are not. */
    static boolean isKnown(JWSAlgorithm algorithm) {
        return RSA.contains(algorithm) || EC.containsValue(algorithm);
    }

    /** Returns the key, or empty if it is not intended for signatures, too weak, or of an unsupported type. */
    static Optional<IssuerKey> of(JWK jwk) throws JOSEException {
        boolean forSignatures = (jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE))
                && (jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY));
        if (!forSignatures) {
            return Optional.empty();
        }
        if (jwk instanceof RSAKey rsa && rsa.size() >= FEWEST_RSA_BITS) {
            return of(jwk, RSA, new RSASSAVerifier(rsa.toRSAPublicKey()));
        }
        if (jwk instanceof ECKey ec && EC.containsKey(ec.getCurve())) {
            return of(jwk, Set.of(EC.get(ec.getCurve())), new ECDSAVerifier(ec.toECPublicKey()));
        }
        return Optional.empty();
    }

    private static Optional<IssuerKey> of(JWK jwk, Set<JWSAlgorithm> possible, JWSVerifier verifier) {
        if (jwk.getAlgorithm() == null) {
            return Optional.of(new IssuerKey(jwk, possible, verifier));
        }
        // uses the element of the set, because the algorithm of the key has a wider type
        return possible.stream()
                .filter(algorithm ->
                        algorithm.getName().equals(jwk.getAlgorithm().getName()))
                .findFirst()
                .map(algorithm -> new IssuerKey(jwk, Set.of(algorithm), verifier));
    }

    /** Returns true if a token with this header may have been signed with this key. */
    boolean fits(JWSHeader header) {
        return algorithms.contains(header.getAlgorithm())
                && (header.getKeyID() == null || id.isPresent() && id.get().equals(header.getKeyID()));
    }

    boolean verifies(SignedJWT token) {
        try {
            return verifier.verify(token.getHeader(), token.getSigningInput(), token.getSignature());
        } catch (JOSEException e) {
            return false;
        }
    }
}
