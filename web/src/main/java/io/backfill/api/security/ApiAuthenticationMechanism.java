package io.backfill.api.security;

import io.backfill.api.http.ApiPrincipal;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.http.ContainerLogin;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;

/**
 * Makes the sender of a request the caller of the container. The container calls this mechanism twice: before the first filter, when
 * nothing is known of the request, and from the filter, which has then authenticated the sender within the limits of the front door.
 * No session is created.
 */
@ApplicationScoped
public class ApiAuthenticationMechanism implements HttpAuthenticationMechanism {
    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context) {
        Optional<ApiPrincipal> sender = ApiRequest.sender(request);
        if (sender.isEmpty()) {
            ContainerLogin.offerMechanism(request);
            return context.doNothing();
        }
        return context.notifyContainerAboutLogin(
                sender.get().getName(), sender.get().roles());
    }
}
