/**
 * The API's authentication as a mechanism of Jakarta Security. Servers without Jakarta Security never load these classes.
 * May call {@code api.http}.
 */
@NullMarked
package io.backfill.api.security;

import org.jspecify.annotations.NullMarked;
