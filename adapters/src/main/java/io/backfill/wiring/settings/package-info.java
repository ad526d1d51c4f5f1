/**
 * The forms of settings that are more than text, for {@code @ConfigProperty} in any module of the application.
 * May call no other package.
 */
@NullMarked
package io.backfill.wiring.settings;

import org.jspecify.annotations.NullMarked;
