/**
 * What the tests against a running server share: raw calls, inputs, parsed results, and one gateway that several classes use. These
 * classes call the public API and read the data folder; no code of the product runs in the tests' JVM.
 */
package io.backfill.it.support;
