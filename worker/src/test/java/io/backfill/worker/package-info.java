/** Tests of the worker: most start it as a process of its own, against a directory store and a simulated model server. */
package io.backfill.worker;
