package io.backfill.ops;

import io.backfill.run.NodeHealth;
import io.backfill.run.PassWatch;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Local;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;

/**
 * Returns the health that background passes have determined. A single instance without locks, so that a probe waits neither
 * for another probe nor for a free instance.
 */
@Singleton
@Local(NodeHealth.class)
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class LastKnownHealth implements NodeHealth {
    @Inject
    private Readiness readiness;

    @Inject
    private PassWatch passes;

    @Override
    public Report readiness() {
        return readiness.report();
    }

    @Override
    public Report liveness() {
        List<String> overdue = passes.overdue();
        return new Report(
                overdue.isEmpty(), overdue.isEmpty() ? Map.of() : Map.of("overdue", String.join(", ", overdue)));
    }
}
