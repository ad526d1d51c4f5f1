package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** An independent implementation of Kubernetes' Pod Security Standard "restricted" (1.34), against which pods are checked. */
final class RestrictedProfile {
    private final List<String> violations = new ArrayList<>();

    static List<String> violations(PodSpec pod) {
        RestrictedProfile profile = new RestrictedProfile();
        profile.pod(pod);
        return profile.violations;
    }

    private void pod(PodSpec pod) {
        no("hostNetwork", pod.getHostNetwork());
        no("hostPID", pod.getHostPID());
        no("hostIPC", pod.getHostIPC());
        PodSecurityContext context = pod.getSecurityContext();
        rule("runAsNonRoot", Boolean.TRUE.equals(context.getRunAsNonRoot()));
        rule("runAsUser", context.getRunAsUser() == null || context.getRunAsUser() != 0);
        rule("sysctls", context.getSysctls().isEmpty());
        rule("seLinux", context.getSeLinuxOptions() == null);
        rule("windows", context.getWindowsOptions() == null);
        rule("appArmor", context.getAppArmorProfile() == null);
        rule(
                "seccomp",
                Set.of("RuntimeDefault", "Localhost")
                        .contains(context.getSeccompProfile().getType()));
        pod.getVolumes().forEach(this::volume);
        rule("ephemeralContainers", pod.getEphemeralContainers().isEmpty());
        pod.getInitContainers().forEach(this::container);
        pod.getContainers().forEach(this::container);
    }

    private void volume(Volume volume) {
        rule(
                "volume " + volume.getName(),
                volume.getConfigMap() != null
                        || volume.getCsi() != null
                        || volume.getDownwardAPI() != null
                        || volume.getEmptyDir() != null
                        || volume.getEphemeral() != null
                        || volume.getPersistentVolumeClaim() != null
                        || volume.getProjected() != null
                        || volume.getSecret() != null);
    }

    private void container(Container container) {
        String name = container.getName() + ": ";
        SecurityContext context = container.getSecurityContext();
        no(name + "privileged", context.getPrivileged());
        rule(name + "escalation", Boolean.FALSE.equals(context.getAllowPrivilegeEscalation()));
        rule(name + "drop ALL", context.getCapabilities().getDrop().contains("ALL"));
        rule(
                name + "add",
                Set.of("NET_BIND_SERVICE").containsAll(context.getCapabilities().getAdd()));
        rule(name + "runAsNonRoot", !Boolean.FALSE.equals(context.getRunAsNonRoot()));
        rule(name + "runAsUser", context.getRunAsUser() == null || context.getRunAsUser() != 0);
        rule(
                name + "procMount",
                context.getProcMount() == null || context.getProcMount().equals("Default"));
        rule(name + "seLinux", context.getSeLinuxOptions() == null);
        rule(name + "windows", context.getWindowsOptions() == null);
        rule(name + "appArmor", context.getAppArmorProfile() == null);
        rule(
                name + "seccomp",
                context.getSeccompProfile() == null
                        || !"Unconfined".equals(context.getSeccompProfile().getType()));
        rule(
                name + "hostPort",
                container.getPorts().stream().allMatch(port -> port.getHostPort() == null || port.getHostPort() == 0));
    }

    private void no(String what, Boolean value) {
        rule(what, !Boolean.TRUE.equals(value));
    }

    private void rule(String what, boolean kept) {
        if (!kept) {
            violations.add(what);
        }
    }
}
