package io.backfill.api;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The JAX-RS application. It owns the whole path space, so that every unknown path is answered with the API's own 404. */
@ApplicationPath("/")
public class BackfillApplication extends Application {}
