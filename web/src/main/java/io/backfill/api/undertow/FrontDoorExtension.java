package io.backfill.api.undertow;

import io.backfill.api.http.ClientWait;
import io.backfill.api.http.ConnectionCut;
import io.backfill.api.http.ContainerLogin;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.AttachmentKey;
import jakarta.servlet.ServletContext;
import org.xnio.IoUtils;

/** Installs the handlers of the front door around the application, and the report of senders to the server. Found through {@code META-INF/services}. */
public final class FrontDoorExtension implements ServletExtension {
    private static final AttachmentKey<Boolean> CLOSES = AttachmentKey.create(Boolean.class);

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        ContainerLogin.integrate(context, new UndertowLogin());
        deployment.addInitialHandlerChainWrapper(FrontDoorExtension::withoutBodyLimit);
        deployment.addInnerHandlerChainWrapper(next -> exchange -> {
            ServletRequestContext servlet = exchange.getAttachment(ServletRequestContext.ATTACHMENT_KEY);
            if (!exchange.isRequestComplete() && !SmallBodies.isCollected(exchange)) {
                exchange.addRequestWrapper(
                        (factory, of) -> new PacedRequestConduit(factory.create(), of, servlet.getOriginalRequest()));
            }
            exchange.addResponseWrapper(
                    (factory, of) -> new PacedResponseConduit(factory.create(), servlet.getOriginalRequest()));
            ConnectionCut.offer(servlet.getOriginalRequest(), () -> IoUtils.safeClose(exchange.getConnection()));
            exchange.addExchangeCompleteListener((ended, more) -> {
                if (ended.getAttachment(CLOSES) != null) {
                    ended.setPersistent(false);
                }
                more.proceed();
            });
            next.handleRequest(exchange);
            closeAfterTheBody(exchange, servlet);
        });
    }

    /**
     * Lifts the limit of the listener ({@code max-post-size}, 10 MiB by default) for bodies that come in chunks: this application has
     * limits of its own. A body that announces a greater length is refused before any application sees it.
     */
    private static HttpHandler withoutBodyLimit(HttpHandler next) {
        HttpHandler bodies = new SmallBodies(next);
        return exchange -> {
            exchange.setMaxEntitySize(0);
            bodies.handleRequest(exchange);
        };
    }

    /**
     * Defers the close of a connection until the rest of the body has been dropped. For a connection that will not be reused,
     * Undertow closes the read side before it has flushed the response, and unread bytes then reset the connection.
     */
    private static void closeAfterTheBody(HttpServerExchange exchange, ServletRequestContext servlet) {
        ClientWait wait = ClientWait.of(servlet.getOriginalRequest());
        if (wait != null && wait.over() && !exchange.isRequestComplete() && !exchange.isPersistent()) {
            exchange.putAttachment(CLOSES, true);
            exchange.setPersistent(true);
        }
    }
}
