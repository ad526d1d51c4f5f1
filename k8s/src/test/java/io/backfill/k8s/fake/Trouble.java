package io.backfill.k8s.fake;

/** Why the cluster starts no pods now. */
public enum Trouble {
    NONE,
    /** Pods are made and wait for their image, for ever: {@code ImagePullBackOff}. */
    IMAGE,
    /** Pods are made and no node takes them. */
    UNSCHEDULABLE,
    /** No pods are made: the quota is used up, which is told in an event and nowhere else. */
    QUOTA
}
