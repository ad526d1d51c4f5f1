/**
 * The front door where the server is Undertow, as in WildFly: how its connections wait for their clients. Other servers never load
 * these classes. Calls {@code api.http}.
 */
@NullMarked
package io.backfill.api.undertow;

import org.jspecify.annotations.NullMarked;
