/**
 * What the tests against a running server share: raw calls, inputs, results read back, and one gateway that several classes
 * use. Calls the public API and looks into the data folder; nothing of the product runs in the tests' JVM.
 */
package io.backfill.it.support;
