/**
 * A cluster for tests: an API server in memory and a Job controller that runs pods as processes of this machine. Start at
 * {@link io.backfill.k8s.fake.FakeCluster}. It does to Jobs what a real Kubernetes 1.34 was seen to do.
 */
package io.backfill.k8s.fake;
