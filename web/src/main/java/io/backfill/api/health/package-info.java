/**
 * The health checks behind the management port. They live in the web module, because the server asks only the beans of a web
 * archive.
 */
@NullMarked
package io.backfill.api.health;

import org.jspecify.annotations.NullMarked;
