package io.backfill.tenants;

/** Whose data it is. 1 to 128 visible ASCII characters; no more is promised about its form. */
public record TenantId(String value) {
    public static final TenantId DEFAULT = new TenantId("default");

    public TenantId {
        if (!isOne(value)) {
            throw new IllegalArgumentException("a tenant is named by 1 to 128 visible ASCII characters");
        }
    }

    /** Whether a tenant may have this name. */
    public static boolean isOne(String value) {
        return !value.isEmpty() && value.length() <= 128 && value.chars().allMatch(c -> c > ' ' && c < 127);
    }

    @Override
    public String toString() {
        return value;
    }
}
