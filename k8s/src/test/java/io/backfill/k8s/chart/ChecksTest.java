package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.junit.jupiter.api.Test;

/** Shows that the checks of the other tests detect the errors that they are meant to detect. */
class ChecksTest {
    private static final String CARELESS = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: careless, namespace: batch, lables: {} }
            spec:
              replica: 2
              selector: { matchLabels: { app: one } }
              template:
                metadata: { labels: { app: other } }
                spec:
                  hostNetwork: true
                  volumes: [{ name: node, hostPath: { path: / } }]
                  containers:
                    - name: main
                      image: busybox
                      imagePullPolice: Always
                      securityContext: { privileged: true, runAsUser: 0, capabilities: { add: [SYS_ADMIN] } }
                      envFrom: [{ secretRef: { name: nowhere } }]
                      readinessProbe: { httpGet: { path: /, porth: 80 } }
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: lonely, namespace: batch }
            spec: { selector: { app: nobody }, ports: [{ port: 80, targetPort: http }] }
            """;

    private final Rendered careless = Rendered.of(CARELESS);

    @Test
    void unknownFieldsShouldBeFoundAtEveryDepth() {
        assertThat(UnknownFields.in(careless.one(Deployment.class, "careless")))
                .containsExactlyInAnyOrder(
                        ".metadata.lables",
                        ".spec.replica",
                        ".spec.template.spec.containers[].imagePullPolice",
                        ".spec.template.spec.containers[].readinessProbe.httpGet.porth");
    }

    @Test
    void profileShouldRefuseWhatTheStandardRefuses() {
        var pod = careless.pods().get("Deployment/careless").getSpec();

        assertThat(RestrictedProfile.violations(pod, true))
                .contains(
                        "hostNetwork",
                        "automountServiceAccountToken is left open",
                        "enableServiceLinks",
                        "no securityContext of the pod",
                        "main: privileged",
                        "main: allowPrivilegeEscalation",
                        "main: readOnlyRootFilesystem",
                        "main: capabilities",
                        "runAsUser 0",
                        "volume node");
    }

    @Test
    void selectorsAndReferencesShouldBeFoundBlind() {
        assertThat(Selectors.thatSelectNothing(careless)).containsExactly("Deployment/careless", "Service/lonely");
        assertThat(References.missing(careless)).containsExactly("Secret/nowhere");
    }

    @Test
    void keysThatStandTwiceShouldBeRefused() {
        assertThatThrownBy(() -> Yaml.map("a: 1\na: 2")).hasMessageContaining("duplicate");
    }

    @Test
    void chartShouldRefuseAClusterThatIsTooOld() {
        assertThatThrownBy(() -> new Helm(Chart.FOLDER)
                        .template()
                        .withName(Chart.RELEASE)
                        .withKubeVersion("1.30.9")
                        .call())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("incompatible with Kubernetes");
    }
}
