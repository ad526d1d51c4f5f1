/**
 * The front door for servers based on Undertow, such as WildFly: controls how connections wait for their clients. Other servers
 * never load these classes.
 * May call {@code api.http}.
 */
@NullMarked
package io.backfill.api.undertow;

import org.jspecify.annotations.NullMarked;
