package io.backfill.k8s.chart;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Finds the properties of a pod that the Pod Security Standard "restricted" forbids, or that this chart avoids in addition. */
final class RestrictedProfile {
    private final List<String> violations = new ArrayList<>();

    private RestrictedProfile() {}

    /** @param mayNameItsUser true for images of others that would start as root */
    static List<String> violations(PodSpec pod, boolean mayNameItsUser) {
        RestrictedProfile profile = new RestrictedProfile();
        profile.checkPod(pod, mayNameItsUser);
        Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream())
                .forEach(container -> profile.checkContainer(container, mayNameItsUser));
        pod.getVolumes().forEach(profile::checkVolume);
        return profile.violations;
    }

    private void checkPod(PodSpec pod, boolean mayNameItsUser) {
        refuse(Boolean.TRUE.equals(pod.getHostNetwork()), "hostNetwork");
        refuse(Boolean.TRUE.equals(pod.getHostPID()), "hostPID");
        refuse(Boolean.TRUE.equals(pod.getHostIPC()), "hostIPC");
        refuse(pod.getAutomountServiceAccountToken() == null, "automountServiceAccountToken is left open");
        refuse(!Boolean.FALSE.equals(pod.getEnableServiceLinks()), "enableServiceLinks");
        PodSecurityContext context = pod.getSecurityContext();
        if (context == null) {
            violations.add("no securityContext of the pod");
            return;
        }
        refuse(!Boolean.TRUE.equals(context.getRunAsNonRoot()), "runAsNonRoot");
        refuse(
                context.getSeccompProfile() == null
                        || !"RuntimeDefault".equals(context.getSeccompProfile().getType()),
                "seccompProfile");
        refuse(Long.valueOf(0).equals(context.getFsGroup()), "fsGroup");
        refuse(context.getRunAsGroup() != null, "runAsGroup");
        refuse(context.getSysctls() != null && !context.getSysctls().isEmpty(), "sysctls");
        checkUser(context.getRunAsUser(), mayNameItsUser);
    }

    private void checkContainer(Container container, boolean mayNameItsUser) {
        String name = container.getName();
        SecurityContext context = container.getSecurityContext();
        if (context == null) {
            violations.add(name + ": no securityContext");
            return;
        }
        refuse(!Boolean.FALSE.equals(context.getAllowPrivilegeEscalation()), name + ": allowPrivilegeEscalation");
        refuse(Boolean.TRUE.equals(context.getPrivileged()), name + ": privileged");
        refuse(!Boolean.TRUE.equals(context.getReadOnlyRootFilesystem()), name + ": readOnlyRootFilesystem");
        refuse(Boolean.FALSE.equals(context.getRunAsNonRoot()), name + ": runAsNonRoot");
        refuse(
                context.getCapabilities() == null
                        || !context.getCapabilities().getDrop().contains("ALL")
                        || !context.getCapabilities().getAdd().isEmpty(),
                name + ": capabilities");
        refuse(context.getRunAsGroup() != null, name + ": runAsGroup");
        checkUser(context.getRunAsUser(), mayNameItsUser);
        refuse(container.getPorts().stream().anyMatch(port -> port.getHostPort() != null), name + ": hostPort");
    }

    private void checkUser(Long user, boolean mayNameItsUser) {
        refuse(user != null && (!mayNameItsUser || user == 0), "runAsUser " + user);
    }

    private void checkVolume(Volume volume) {
        boolean allowed = Stream.of(
                        volume.getConfigMap(),
                        volume.getCsi(),
                        volume.getDownwardAPI(),
                        volume.getEmptyDir(),
                        volume.getEphemeral(),
                        volume.getPersistentVolumeClaim(),
                        volume.getProjected(),
                        volume.getSecret())
                .anyMatch(Objects::nonNull);
        refuse(!allowed, "volume " + volume.getName());
    }

    private void refuse(boolean violated, String what) {
        if (violated) {
            violations.add(what);
        }
    }
}
