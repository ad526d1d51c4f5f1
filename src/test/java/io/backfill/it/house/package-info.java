/** Beans that a test deploys with the application in a jar of its own, as the document about extensions shows. */
package io.backfill.it.house;
