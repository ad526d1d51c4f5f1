package io.backfill.tenants;

/** Whose data it is. 1 to 128 visible ASCII characters; no more is promised about its form. */
public record TenantId(String value) {
    public static final TenantId DEFAULT = new TenantId("default");

    public TenantId {
        if (value.isEmpty() || value.length() > 128 || !value.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException("a tenant is named by 1 to 128 visible ASCII characters");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
