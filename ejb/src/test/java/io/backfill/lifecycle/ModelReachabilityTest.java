package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.replicas.ReplicaView;
import io.backfill.testing.SettableTime;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelReachabilityTest {
    private final List<ReplicaView> replicas = new ArrayList<>();
    private final ModelReachability models =
            new ModelReachability(() -> replicas, model -> !model.startsWith("made-up"), SettableTime.standing());

    private void replica(String model, boolean well) {
        replicas.add(new ReplicaView(model, URI.create("http://r" + replicas.size()), 1, 0, well, 0));
    }

    @Test
    void modelShouldBeUnreachableOnceNoReplicaIsWell() {
        replica("m", true);
        replica("m", false);
        replica("n", true);
        models.checkOnce();
        assertThat(models.unreachable()).isEmpty();

        replicas.set(0, new ReplicaView("m", URI.create("http://r0"), 1, 0, false, 0));
        models.checkOnce();
        assertThat(models.unreachable()).containsExactly("m");

        replicas.set(1, new ReplicaView("m", URI.create("http://r1"), 1, 0, true, 0));
        models.checkOnce();
        assertThat(models.unreachable()).isEmpty();
    }

    @Test
    void modelsThatClientsInventShouldNotFillTheLog() {
        replica("made-up-1", false);
        models.checkOnce();
        assertThat(models.unreachable()).isEmpty();
    }

    @Test
    void modelThatIsForgottenShouldBeForgottenHere() {
        replica("m", false);
        models.checkOnce();
        replicas.clear();
        models.checkOnce();
        assertThat(models.unreachable()).isEmpty();
    }
}
