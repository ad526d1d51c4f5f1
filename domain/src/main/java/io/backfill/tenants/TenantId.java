package io.backfill.tenants;

/** Identifies the owner of data. Consists of 1 to 128 visible ASCII characters; its form is not specified further. */
public record TenantId(String value) {
    public static final TenantId DEFAULT = new TenantId("default");

    public TenantId {
        if (!isOne(value)) {
            throw new IllegalArgumentException("a tenant id must be 1 to 128 visible ASCII characters");
        }
    }

    /** Whether the value is a valid tenant id. */
    public static boolean isOne(String value) {
        return !value.isEmpty() && value.length() <= 128 && value.chars().allMatch(c -> c > ' ' && c < 127);
    }

    @Override
    public String toString() {
        return value;
    }
}
