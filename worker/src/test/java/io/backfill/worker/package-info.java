/** Tests of the worker. Most of them start it as a separate process, with a directory as its store and a simulated model server. */
package io.backfill.worker;
