package io.backfill.api.http;

import static io.backfill.api.errors.ApiLog.LOG;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Reports the sender of an accepted request to the servlet container, which writes it to the access log. Neither authenticates nor
 * rejects: a request whose sender the container does not accept is served all the same.
 *
 * <p>If the container has called the Jakarta Security mechanism of this application for the request, the sender is reported through
 * that mechanism. Otherwise, and when the container's security domain accepts only its own users, the sender is reported through the
 * container's own interface, if that is integrated.
 */
public final class ContainerLogin {
    /** The interface of an integrated container. */
    @FunctionalInterface
    public interface OwnInterface {
        void report(ServletRequest original, ApiPrincipal sender);
    }

    private static final String OWN_INTERFACE = OwnInterface.class.getName();
    private static final String MECHANISM = ContainerLogin.class.getName();

    private volatile boolean mechanismRefused;

    /** Integrates a container. */
    public static void integrate(ServletContext context, OwnInterface own) {
        context.setAttribute(OWN_INTERFACE, own);
    }

    /** Records that the container calls the mechanism of this application for a request. */
    public static void offerMechanism(ServletRequest request) {
        request.setAttribute(MECHANISM, true);
    }

    void login(ApiRequest request, HttpServletResponse response, ApiPrincipal sender) {
        if (request.getAttribute(MECHANISM) != null && !mechanismRefused && byMechanism(request, response)) {
            return;
        }
        if (request.getServletContext().getAttribute(OWN_INTERFACE) instanceof OwnInterface own) {
            own.report(request.getRequest(), sender);
        }
    }

    private boolean byMechanism(ApiRequest request, HttpServletResponse response) {
        boolean accepted = false;
        try {
            accepted = request.authenticate(response);
            if (!accepted) {
                refused("the request was not authenticated");
            }
        } catch (ServletException | IOException | RuntimeException e) {
            refused(String.valueOf(e.getMessage()));
        }
        // removes what a container adds to a login: the status of a challenge, or a cookie for single sign-on
        response.reset();
        return accepted;
    }

    /** Remembers the refusal, because it concerns the server's settings and not one sender. */
    private void refused(String why) {
        mechanismRefused = true;
        LOG.debugf("The server's security domain does not accept senders of this application: %s", why);
    }
}
