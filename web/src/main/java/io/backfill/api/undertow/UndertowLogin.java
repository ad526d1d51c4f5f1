package io.backfill.api.undertow;

import io.backfill.api.http.ApiPrincipal;
import io.backfill.api.http.ContainerLogin;
import io.undertow.security.api.AuthenticationMode;
import io.undertow.security.api.SecurityContext;
import io.undertow.security.idm.Account;
import io.undertow.security.impl.SecurityContextImpl;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.ServletRequest;
import java.security.Principal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the sender of a request the account of the exchange, which the access log shows. Needs no security domain of the server. */
final class UndertowLogin implements ContainerLogin.OwnInterface {
    private static final String MECHANISM = "BACKFILL";

    /** The roles are evaluated only when the container asks for them. */
    private record Sender(ApiPrincipal principal) implements Account {
        private static final long serialVersionUID = 1L;

        @Override
        public Principal getPrincipal() {
            return principal;
        }

        @Override
        public Set<String> getRoles() {
            return principal.roles();
        }
    }

    @Override
    public void report(ServletRequest original, ApiPrincipal sender) {
        HttpServerExchange exchange = ServletRequestContext.requireCurrent().getExchange();
        @Nullable SecurityContext context = exchange.getSecurityContext();
        if (context == null) {
            // without a security domain WildFly installs no security handlers; no identity is ever looked up
            context = new SecurityContextImpl(exchange, AuthenticationMode.PRO_ACTIVE, null);
            exchange.setSecurityContext(context);
        }
        // the last argument would create a session
        context.authenticationComplete(new Sender(sender), MECHANISM, false);
    }
}
