package io.backfill.tenants.oidc;

import static io.backfill.tenants.oidc.TestIssuer.EC;
import static io.backfill.tenants.oidc.TestIssuer.OTHER_RSA;
import static io.backfill.tenants.oidc.TestIssuer.RSA;
import static io.backfill.tenants.oidc.TestIssuer.bearer;
import static io.backfill.tenants.oidc.TestIssuer.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Credentials;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which tokens are accepted, for which tenant, and the answers to all others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OidcAuthenticatorTest {
    private static final String REFUSAL = "The token is not valid for this gateway, or it has expired.";

    private static final Map<String, ECKey> CURVES = Map.of(
            "ES256", EC,
            "ES384", TestIssuer.ec("ec-384", Curve.P_384),
            "ES512", TestIssuer.ec("ec-521", Curve.P_521));

    private TestIssuer issuer;
    private OidcAuthenticator gateway;

    @BeforeAll
    void start() throws IOException {
        issuer = new TestIssuer(
                RSA.toPublicJWK(),
                OTHER_RSA.toPublicJWK(),
                EC.toPublicJWK(),
                CURVES.get("ES384").toPublicJWK(),
                CURVES.get("ES512").toPublicJWK());
        gateway = issuer.gateway();
    }

    @AfterAll
    void stop() {
        issuer.close();
    }

    private JWTClaimsSet.Builder claims() {
        return issuer.claims();
    }

    private void assertRefused(String token) {
        assertRefused(bearer(token), ErrorCode.INVALID_API_KEY, REFUSAL);
    }

    private void assertRefused(Credentials credentials, ErrorCode code, String say) {
        assertThatThrownBy(() -> gateway.authenticate(credentials))
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageStartingWith(say);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
    void goodTokenShouldNameItsTenant(String algorithm) {
        JWK key = CURVES.containsKey(algorithm) ? CURVES.get(algorithm) : RSA;
        JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.parse(algorithm)).keyID(key.getKeyID());

        assertThat(gateway.authenticate(bearer(token(key, header, claims())))).hasToString("alice");
    }

    @ParameterizedTest
    @CsvSource({"JWT", "jwt", "at+jwt", "application/at+jwt"})
    void typeOfAnAccessTokenShouldBeTaken(String type) {
        JWSHeader.Builder header =
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(RSA.getKeyID()).type(new JOSEObjectType(type));

        assertThat(gateway.authenticate(bearer(token(RSA, header, claims())))).hasToString("alice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"logout+jwt", "secevent+jwt", "dpop+jwt", "JWS"})
    void whatIsSignedForAnotherPurposeShouldBeRefused(String type) {
        JWSHeader.Builder header =
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(RSA.getKeyID()).type(new JOSEObjectType(type));

        assertRefused(token(RSA, header, claims()));
    }

    @Test
    void wayOfWritingTheHeaderShouldNotMatter() {
        assertThat(gateway.authenticate(TestIssuer.header("authorization", "bearer   " + issuer.token(RSA) + " ")))
                .hasToString("alice");
    }

    @Test
    void requestWithoutATokenShouldBeToldHowToSendOne() {
        String say = "You didn't provide an API key.";

        assertRefused(TestIssuer.header("X-Other", "x"), ErrorCode.NO_API_KEY, say);
        assertRefused(TestIssuer.header("Authorization", "Basic abc"), ErrorCode.NO_API_KEY, say);
        assertRefused(TestIssuer.header("Authorization", "Bearer  "), ErrorCode.NO_API_KEY, say);
        assertRefused(TestIssuer.header("api-key", issuer.token(RSA)), ErrorCode.NO_API_KEY, say);
    }

    @Test
    void wrongSignatureShouldBeRefused() {
        String good = issuer.token(RSA);
        String[] parts = good.split("\\.");
        String richer =
                Base64URL.encode(claims().subject("mallory").build().toString()).toString();

        // signed by another key that claims this key's id
        assertRefused(token(TestIssuer.rsa("rsa", 2048), claims()));
        assertRefused(token(TestIssuer.ec("ec", Curve.P_256), claims()));
        // signed by the issuer's other key
        assertRefused(token(OTHER_RSA, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa"), claims()));
        assertRefused(parts[0] + "." + richer + "." + parts[2]);
        assertRefused(parts[0] + "." + parts[1] + ".");
        assertRefused(parts[0] + "." + parts[1] + "."
                + Base64URL.encode(new byte[256]).toString());
    }

    @Test
    void zeroSignatureOfACurveShouldBeRefused() {
        String[] parts = issuer.token(EC).split("\\.");

        assertRefused(parts[0] + "." + parts[1] + "." + Base64URL.encode(new byte[64]));
    }

    @Test
    void unsignedTokenShouldBeRefused() {
        String plain = new PlainJWT(claims().build()).serialize();
        String[] signed = issuer.token(RSA).split("\\.");
        String none = Base64URL.encode("{\"alg\":\"none\",\"kid\":\"rsa\"}").toString();

        assertRefused(plain);
        assertRefused(none + "." + signed[1] + "." + signed[2]);
        assertRefused(none + "." + signed[1] + ".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    void tokenSignedWithThePublicKeyAsASecretShouldBeRefused(String algorithm) throws Exception {
        for (byte[] secret : List.of(
                RSA.toRSAPublicKey().getEncoded(),
                RSA.toPublicJWK().toJSONString().getBytes("UTF-8"),
                RSA.getModulus().decode())) {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.parse(algorithm))
                            .keyID("rsa")
                            .build(),
                    claims().build());
            token.sign(new MACSigner(secret));

            assertRefused(token.serialize());
        }
    }

    @Test
    void keyInTheTokensOwnHeaderShouldCountForNothing() {
        RSAKey own = TestIssuer.rsa("own", 2048);
        JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(own.toPublicJWK());

        assertRefused(token(own, header.keyID("rsa"), claims()));
        assertRefused(token(own, header.keyID("own"), claims()));
    }

    @Test
    void certificateInTheTokensOwnHeaderShouldCountForNothing() {
        JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("rsa")
                .x509CertSHA256Thumbprint(Base64URL.encode(new byte[32]));

        assertThat(gateway.authenticate(bearer(token(RSA, header, claims())))).hasToString("alice");
        assertRefused(token(OTHER_RSA, header, claims()));
    }

    @Test
    void headerThatDemandsWhatWeDoNotKnowShouldBeRefused() {
        JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("rsa")
                .criticalParams(Set.of("https://example.com/must"))
                .customParam("https://example.com/must", true);

        assertRefused(token(RSA, header, claims()));
    }

    @Test
    void keyShouldCountForItsOwnAlgorithmsOnly() throws Exception {
        JWK forPs = new RSAKey.Builder(RSA.toPublicJWK())
                .algorithm(JWSAlgorithm.PS256)
                .build();
        try (TestIssuer strict = new TestIssuer(forPs)) {
            OidcAuthenticator strictGateway = strict.gateway();
            JWSHeader.Builder ps = new JWSHeader.Builder(JWSAlgorithm.PS256).keyID("rsa");

            assertThat(strictGateway.authenticate(bearer(token(RSA, ps, strict.claims()))))
                    .hasToString("alice");
            assertThatThrownBy(() -> strictGateway.authenticate(bearer(strict.token(RSA))))
                    .hasMessageStartingWith(REFUSAL);
        }
    }

    @Test
    void whatIsNoSignedTokenShouldBeRefused() {
        for (String other : List.of(
                "sk-abcdefghijklmnop",
                "a.b",
                "a.b.c",
                "..",
                "a.b.c.d.e",
                "{}.{}.{}",
                "\u00e4.\u00f6.\u00fc",
                issuer.token(RSA) + ".x",
                "e30.e30.e30")) {
            assertRefused(other);
        }
    }

    @Test
    void tokenOfAnotherIssuerShouldBeRefused() {
        assertRefused(token(RSA, claims().issuer("https://other.example.com")));
        assertRefused(token(RSA, claims().issuer(issuer.address() + "/")));
        assertRefused(token(RSA, claims().issuer(null)));
    }

    @Test
    void tokenForAnotherAudienceShouldBeRefused() {
        assertRefused(token(RSA, claims().audience("billing")));
        assertRefused(token(RSA, claims().audience(List.of("billing", "mail"))));
        assertRefused(token(RSA, claims().audience("Backfill")));
        assertRefused(token(RSA, claims().audience((String) null)));
        assertThat(gateway.authenticate(bearer(token(RSA, claims().audience(List.of("billing", "backfill"))))))
                .hasToString("alice");
    }

    @Test
    void oneOfSeveralConfiguredAudiencesShouldDo() throws IOException {
        OidcAuthenticator both = issuer.gateway(config -> new OidcConfig(
                config.issuer(),
                List.of("batch", "backfill"),
                config.jwksUri(),
                config.caFile(),
                config.tenantClaim(),
                config.refresh(),
                config.outage(),
                config.timeout()));

        assertThat(both.authenticate(bearer(token(RSA, claims().audience("batch")))))
                .hasToString("alice");
        assertThat(both.authenticate(bearer(token(RSA, claims().audience("backfill")))))
                .hasToString("alice");
    }

    @Test
    void tokenShouldCountWithinItsTimeGiveOrTakeHalfAMinute() {
        assertRefused(token(RSA, claims().expirationTime(issuer.date(Duration.ofSeconds(-30)))));
        assertThat(gateway.authenticate(
                        bearer(token(RSA, claims().expirationTime(issuer.date(Duration.ofSeconds(-29)))))))
                .hasToString("alice");
        assertRefused(token(RSA, claims().notBeforeTime(issuer.date(Duration.ofSeconds(30)))));
        assertThat(gateway.authenticate(
                        bearer(token(RSA, claims().notBeforeTime(issuer.date(Duration.ofSeconds(29)))))))
                .hasToString("alice");
    }

    @Test
    void tokenWithoutAnEndShouldBeRefused() {
        assertRefused(token(RSA, claims().expirationTime((Date) null)));
        assertRefused(token(RSA, claims().expirationTime((Date) null).serializeNullClaims(true)));
    }

    @Test
    void timesThatCannotBeReadShouldBeRefused() {
        assertRefused(token(RSA, claims().claim("exp", "tomorrow")));
        assertRefused(token(RSA, claims().claim("exp", List.of())));
        assertRefused(token(RSA, claims().claim("nbf", "yesterday")));
        assertRefused(token(RSA, claims().claim("aud", 7)));
    }

    @Test
    void longTokenShouldBeRefusedUnread() {
        String filler = "x".repeat(16 * 1024);

        assertRefused(token(RSA, claims().claim("filler", filler)));
        assertThat(gateway.authenticate(bearer(token(RSA, claims().claim("filler", filler.substring(8 * 1024))))))
                .hasToString("alice");
    }

    @Test
    void aClaimShouldMakeAnOperator() throws Exception {
        OidcAuthenticator operators = issuer.gatewayWithOperators(OperatorClaim.parse("groups=backfill-operators"));

        assertThat(operators.isOperator(bearer(issuer.token(RSA)))).isFalse();
        assertThat(operators.isOperator(
                        bearer(token(RSA, claims().claim("groups", List.of("people", "backfill-operators"))))))
                .isTrue();
        assertThat(operators.isOperator(bearer(token(RSA, claims().claim("groups", "backfill-operators")))))
                .isTrue();
        assertThat(operators.isOperator(
                        bearer(token(RSA, claims().claim("groups", List.of("not-backfill-operators"))))))
                .isFalse();
        Credentials operator = bearer(token(RSA, claims().claim("groups", "backfill-operators")));
        assertThat(operators.caller(operator).tenant()).isEqualTo(operators.authenticate(operator));
        assertThat(operators.caller(operator).operator().getAsBoolean()).isTrue();
        assertThat(operators.caller(bearer(issuer.token(RSA))).operator().getAsBoolean())
                .isFalse();
        assertThat(gateway.caller(operator).operator().getAsBoolean()).isFalse();
        assertThat(gateway.isOperator(bearer(token(RSA, claims().claim("groups", "backfill-operators")))))
                .as("no claim is configured")
                .isFalse();
        assertThatThrownBy(() -> operators.isOperator(bearer("e30.e30.e30"))).isInstanceOf(BackfillException.class);
    }

    @Test
    void anOperatorsClaimShouldBeReadAsItIsConfigured() {
        assertThat(OperatorClaim.parse("role")).isEqualTo(new OperatorClaim(TenantClaim.parse("role"), "operator"));
        assertThat(OperatorClaim.parse("/realm_access/roles=batch-ops"))
                .isEqualTo(new OperatorClaim(TenantClaim.parse("/realm_access/roles"), "batch-ops"));
        assertThatThrownBy(() -> OperatorClaim.parse("groups=")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OperatorClaim.parse("=x")).isInstanceOf(IllegalArgumentException.class);
    }

    private OidcAuthenticator gatewayBy(String claim) throws IOException {
        return issuer.gateway(config -> new OidcConfig(
                config.issuer(),
                config.audiences(),
                config.jwksUri(),
                config.caFile(),
                TenantClaim.parse(claim),
                config.refresh(),
                config.outage(),
                config.timeout()));
    }

    @Test
    void tokenWithoutAnyTenantShouldBeToldWhichClaimIsMissing() throws IOException {
        OidcAuthenticator byTeam = gatewayBy("team");
        List<Object> others = List.of(
                7, true, List.of("alice"), Map.of("name", "alice"), "", " ", "a b", "\u00e4", "a\nb", "x".repeat(129));

        for (Object other : others) {
            assertThatThrownBy(() -> byTeam.authenticate(bearer(token(RSA, claims().claim("team", other)))))
                    .as("%s", other)
                    .isInstanceOfSatisfying(
                            BackfillException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_API_KEY))
                    .hasMessage("The token does not name a tenant: its claim 'team' must be a string of 1 to 128"
                            + " visible ASCII characters.");
        }
        assertThatThrownBy(() -> byTeam.authenticate(bearer(issuer.token(RSA))))
                .hasMessageStartingWith("The token does not name a tenant");
        assertThat(byTeam.authenticate(bearer(token(RSA, claims().claim("team", "x".repeat(128))))))
                .hasToString("x".repeat(128));
    }

    @Test
    void subjectThatIsNoTextShouldNameNobody() {
        for (Object other : List.of(7, 7.5, true, List.of("alice"), Map.of("name", "alice"))) {
            assertRefused(bearer(token(RSA, claims().claim("sub", other))), ErrorCode.INVALID_API_KEY, "The token ");
        }
        assertRefused(
                bearer(token(RSA, claims().subject(null))),
                ErrorCode.INVALID_API_KEY,
                "The token does not name a tenant");
    }

    @ParameterizedTest
    @CsvSource({"team, red", "/kubernetes.io/namespace, green", "https://example.com/team, blue"})
    void configuredClaimShouldNameTheTenant(String claim, String tenant) throws IOException {
        OidcAuthenticator byClaim = gatewayBy(claim);
        JWTClaimsSet.Builder claims = claims().claim("team", "red")
                .claim("kubernetes.io", Map.of("namespace", "green", "pod", Map.of("name", "p")))
                .claim("https://example.com/team", "blue");

        assertThat(byClaim.authenticate(bearer(token(RSA, claims)))).hasToString(tenant);
        assertThatThrownBy(() -> byClaim.authenticate(bearer(issuer.token(RSA))))
                .hasMessageContaining("its claim '" + claim + "'");
    }

    @Test
    void keysThatAreOfNoUseShouldNotSpoilTheOthers() throws Exception {
        try (TestIssuer mixed = new TestIssuer()) {
            JWK weak = TestIssuer.rsa("weak", 1024);
            JWK forEncryption = new RSAKey.Builder(OTHER_RSA.toPublicJWK())
                    .keyUse(KeyUse.ENCRYPTION)
                    .build();
            JWK secret =
                    new OctetSequenceKey.Builder(new byte[32]).keyID("secret").build();
            mixed.publishText("{\"keys\":[7,{},{\"kty\":\"NEW\",\"kid\":\"new\"},{\"kty\":\"RSA\",\"kid\":\"half\"},"
                    + "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"ed\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"},"
                    + weak.toPublicJWK().toJSONString() + "," + forEncryption.toJSONString() + ","
                    + secret.toJSONString() + "," + RSA.toPublicJWK().toJSONString() + "]}");
            OidcAuthenticator mixedGateway = mixed.gateway();

            assertThat(mixedGateway.authenticate(bearer(mixed.token(RSA)))).hasToString("alice");
            for (JWK other : List.of(weak, OTHER_RSA)) {
                assertThatThrownBy(() -> mixedGateway.authenticate(bearer(mixed.token(other))))
                        .hasMessageStartingWith(REFUSAL);
            }
            SignedJWT bySecret = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("secret").build(),
                    mixed.claims().build());
            bySecret.sign(new MACSigner(new byte[32]));
            assertThatThrownBy(() -> mixedGateway.authenticate(bearer(bySecret.serialize())))
                    .hasMessageStartingWith(REFUSAL);
        }
    }

    @Test
    void tokenNeedNameItsKeyOnlyWhereThereIsAChoice() throws Exception {
        JWSHeader.Builder nameless = new JWSHeader.Builder(JWSAlgorithm.RS256);
        try (TestIssuer single = new TestIssuer(RSA.toPublicJWK(), EC.toPublicJWK())) {
            assertThat(single.gateway().authenticate(bearer(token(RSA, nameless, single.claims()))))
                    .hasToString("alice");
        }
        assertRefused(token(RSA, nameless, claims()));
        JWSHeader.Builder namelessCurve = new JWSHeader.Builder(JWSAlgorithm.ES384);
        assertThat(gateway.authenticate(bearer(token(CURVES.get("ES384"), namelessCurve, claims()))))
                .as("the only key of its curve")
                .hasToString("alice");
    }

    @Test
    void configuredPlaceOfTheKeysShouldMakeDiscoveryNeedless() throws Exception {
        try (TestIssuer direct = new TestIssuer(RSA.toPublicJWK())) {
            OidcAuthenticator directGateway = direct.gateway(config -> new OidcConfig(
                    config.issuer(),
                    config.audiences(),
                    Optional.of(URI.create(direct.address().replace("/realms/ml", "/keys"))),
                    config.caFile(),
                    config.tenantClaim(),
                    config.refresh(),
                    config.outage(),
                    config.timeout()));

            assertThat(directGateway.authenticate(bearer(direct.token(RSA)))).hasToString("alice");
            assertThat(direct.discoveries()).isZero();
        }
    }
}
