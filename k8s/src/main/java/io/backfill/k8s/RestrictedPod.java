package io.backfill.k8s;

import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes from a pod everything that Kubernetes' profile "restricted" forbids, whatever its origin. Of the security settings only
 * those are kept that narrow permissions or choose among allowed values: a list of forbidden settings would be out of date with the
 * next release.
 */
final class RestrictedPod {
    private static final List<String> LOOSENING_ANNOTATIONS =
            List.of("container.apparmor.security.beta.kubernetes.io/", "seccomp.security.alpha.kubernetes.io/");

    private RestrictedPod() {}

    static void restrict(PodTemplateSpec template) {
        ObjectMeta metadata = template.getMetadata();
        metadata.getAnnotations()
                .keySet()
                .removeIf(key -> LOOSENING_ANNOTATIONS.stream().anyMatch(key::startsWith));
        PodSpec pod = template.getSpec();
        pod.setHostNetwork(null);
        pod.setHostPID(null);
        pod.setHostIPC(null);
        pod.setHostUsers(null);
        pod.setAutomountServiceAccountToken(false);
        pod.setSecurityContext(podContext(pod.getSecurityContext()));
        for (Container container : PodTemplateFile.allContainers(pod)) {
            container.setSecurityContext(containerContext(container.getSecurityContext()));
            container.getPorts().forEach(port -> {
                port.setHostPort(null);
                port.setHostIP(null);
            });
        }
    }

    private static PodSecurityContext podContext(@Nullable PodSecurityContext wished) {
        PodSecurityContext context = new PodSecurityContext();
        context.setRunAsNonRoot(true);
        context.setSeccompProfile(seccomp(wished == null ? null : wished.getSeccompProfile()));
        if (wished != null) {
            context.setRunAsUser(wished.getRunAsUser());
            context.setRunAsGroup(wished.getRunAsGroup());
            context.setFsGroup(wished.getFsGroup());
            context.setFsGroupChangePolicy(wished.getFsGroupChangePolicy());
            context.setSupplementalGroups(wished.getSupplementalGroups());
        }
        return context;
    }

    private static SecurityContext containerContext(@Nullable SecurityContext wished) {
        SecurityContext context = new SecurityContext();
        Capabilities none = new Capabilities();
        none.setDrop(List.of("ALL"));
        context.setCapabilities(none);
        context.setAllowPrivilegeEscalation(false);
        context.setReadOnlyRootFilesystem(true);
        context.setRunAsNonRoot(true);
        if (wished != null) {
            context.setRunAsUser(wished.getRunAsUser());
            context.setRunAsGroup(wished.getRunAsGroup());
        }
        return context;
    }

    private static SeccompProfile seccomp(@Nullable SeccompProfile wished) {
        if (wished != null && "Localhost".equals(wished.getType())) {
            return wished;
        }
        SeccompProfile profile = new SeccompProfile();
        profile.setType("RuntimeDefault");
        return profile;
    }
}
