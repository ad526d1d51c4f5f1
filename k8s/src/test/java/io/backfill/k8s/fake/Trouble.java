package io.backfill.k8s.fake;

/** The reason why the cluster starts no pods now. */
public enum Trouble {
    NONE,
    /** Pods are created and wait for their image indefinitely: {@code ImagePullBackOff}. */
    IMAGE,
    /** Pods are created and no node accepts them. */
    UNSCHEDULABLE,
    /** No pods are created because the quota is exhausted, which only an event reports. */
    QUOTA
}
