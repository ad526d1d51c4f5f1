/**
 * Reads the files with which an operator configures access to model servers: bearer keys, and certificates and private keys in PEM
 * format. Only this package uses the libraries that decode PEM.
 * May call {@code models}.
 */
@NullMarked
package io.backfill.tls;

import org.jspecify.annotations.NullMarked;
