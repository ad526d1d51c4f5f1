package io.backfill.tenants.oidc;

import java.util.Collection;
import java.util.Map;

/**
 * The claim that identifies an operator. It must be equal to the value, or a list that contains it.
 *
 * @param claim position of the claim in the token
 * @param value the expected value, compared exactly
 */
public record OperatorClaim(TenantClaim claim, String value) {
    private static final String DEFAULT_VALUE = "operator";

    public OperatorClaim {
        if (value.isBlank()) {
            throw new IllegalArgumentException("the value of the claim for operators must not be empty");
        }
    }

    /**
     * Parses {@code CLAIM=VALUE}, such as {@code groups=backfill-operators} or {@code /realm_access/roles=operator}. The default value
     * is {@code operator}.
     *
     * @throws IllegalArgumentException if the claim or the value is invalid
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
