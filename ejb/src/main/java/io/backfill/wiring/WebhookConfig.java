package io.backfill.wiring;

import io.backfill.tenants.auth.Cidr;
import io.backfill.webhooks.OperatorEndpoint;
import io.backfill.webhooks.file.OperatorEndpointsFile;
import io.backfill.webhooks.http.AddressRules;
import java.util.List;

/**
 * The configuration of webhooks.
 *
 * @param operators endpoints of the operator; read at the start only
 * @param maxEndpoints number of endpoints that a tenant may have
 */
record WebhookConfig(AddressRules rules, List<OperatorEndpoint> operators, int maxEndpoints) {
    private static final int MOST_ENDPOINTS = 1000;

    static WebhookConfig of(Settings settings) {
        int maxEndpoints = settings.integer(Setting.WEBHOOKS_MAX_ENDPOINTS);
        if (maxEndpoints < 0 || maxEndpoints > MOST_ENDPOINTS) {
            throw new IllegalArgumentException(
                    Setting.WEBHOOKS_MAX_ENDPOINTS.key() + " must be 0 to " + MOST_ENDPOINTS + ", not " + maxEndpoints);
        }
        return new WebhookConfig(rules(settings), operators(settings), maxEndpoints);
    }

    private static AddressRules rules(Settings settings) {
        try {
            return new AddressRules(settings.list(Setting.WEBHOOKS_ALLOW).stream()
                    .map(Cidr::parse)
                    .toList());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Setting.WEBHOOKS_ALLOW.key() + ": " + e.getMessage(), e);
        }
    }

    private static List<OperatorEndpoint> operators(Settings settings) {
        try {
            return settings.path(Setting.WEBHOOKS_FILE)
                    .map(OperatorEndpointsFile::read)
                    .orElse(List.of());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Setting.WEBHOOKS_FILE.key() + ": " + e.getMessage(), e);
        }
    }
}
