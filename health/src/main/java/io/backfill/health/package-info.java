/**
 * The health checks of the management port. They are in a separate jar in the library folder of the EAR, because the server only finds
 * health checks there. Beans of the services are not visible from there, so the checks look them up by their JNDI name.
 * May call {@code run}.
 */
@NullMarked
package io.backfill.health;

import org.jspecify.annotations.NullMarked;
