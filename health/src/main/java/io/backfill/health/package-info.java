/**
 * The health checks behind the management port. In a jar of its own in the EAR's library folder, because that is the only place
 * whose beans the server asks; there it sees no bean of the services, so it asks them by their JNDI name.
 */
@NullMarked
package io.backfill.health;

import org.jspecify.annotations.NullMarked;
