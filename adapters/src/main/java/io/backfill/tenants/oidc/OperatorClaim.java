package io.backfill.tenants.oidc;

import java.util.Collection;
import java.util.Map;

/**
 * What of a token makes its bearer an operator: a claim that is this text, or a list that holds it.
 *
 * @param claim where in the token
 * @param value exactly
 */
public record OperatorClaim(TenantClaim claim, String value) {
    private static final String DEFAULT_VALUE = "operator";

    public OperatorClaim {
        if (value.isBlank()) {
            throw new IllegalArgumentException("the value of the claim that makes an operator must not be empty");
        }
    }

    /**
     * Reads {@code CLAIM=VALUE}, such as {@code groups=backfill-operators} or {@code /realm_access/roles=operator}; the value is
     * {@code operator} where none is given.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static OperatorClaim parse(String text) {
        int equals = text.lastIndexOf('=');
        return equals < 0
                ? new OperatorClaim(TenantClaim.parse(text), DEFAULT_VALUE)
                : new OperatorClaim(TenantClaim.parse(text.substring(0, equals)), text.substring(equals + 1));
    }

    boolean isIn(Map<String, Object> claims) {
        return claim.valueIn(claims)
                .filter(found -> found.equals(value) || found instanceof Collection<?> all && all.contains(value))
                .isPresent();
    }
}
