/**
 * What an operator gives us in files to show to a model server: a bearer key, certificates and private keys in PEM form. Calls
 * models.
 */
@NullMarked
package io.backfill.tls;

import org.jspecify.annotations.NullMarked;
