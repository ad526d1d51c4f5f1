/**
 * A cluster for tests: an API server in memory, and a Job controller that runs pods as processes of this machine. The entry point
 * is {@link io.backfill.k8s.fake.FakeCluster}. It treats Jobs as a real Kubernetes 1.34 was observed to treat them.
 */
package io.backfill.k8s.fake;
