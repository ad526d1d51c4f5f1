package io.backfill.api;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The JAX-RS application. It has the whole address space, so that an unknown address anywhere gets the API's own 404. */
@ApplicationPath("/")
public class BackfillApplication extends Application {}
