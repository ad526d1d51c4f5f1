package io.backfill.api.http;

import io.backfill.door.FrontDoor;
import io.backfill.door.TenantSeats.Seat;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileConfig;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.auth.BrowserGuard;
import io.backfill.tenants.auth.MetricsAccess;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * First filter of every request: assigns the request id, authenticates the sender, and answers failures outside of JAX-RS. Every
 * response of this server therefore carries a request id, and every error the error envelope.
 */
@WebFilter(urlPatterns = "/*", asyncSupported = true)
public class ApiFilter implements Filter {
    /** Open without an API key, with its own access rule: metrics show no data of a tenant. */
    private static final String METRICS = "/metrics";

    /** The welcome page and the OpenAPI document show nothing of a tenant. All other paths but metrics require a key. */
    private static final Set<String> PUBLIC = Set.of("/", "/openapi");

    private static final String METHODS = "GET, HEAD, POST, DELETE, OPTIONS";

    /** Requests that upload or download the bytes of a file. */
    private static final Pattern TRANSFER = Pattern.compile("POST /v1/files|POST /v1/uploads/[^/]*/parts"
            + "|GET /v1/files/[^/]*/content|GET /v1/batches/[^/]*/results"
            + "|POST /v1/messages/batches|GET /v1/messages/batches/[^/]*/results");

    private static final Pattern FOLLOWS = Pattern.compile("(^|&)follow=true(&|$)");

    private static final Pattern BAD_TARGET = Pattern.compile("%(?![0-9a-fA-F]{2})|[^!-~]");

    private final Authenticator authenticator;
    private final FileConfig files;
    private final FrontDoor door;
    private final BrowserGuard browsers;
    private final MetricsAccess metrics;
    private final ContainerLogin login = new ContainerLogin();
    private final LongSupplier nanoTime = System::nanoTime;

    @Inject
    public ApiFilter(
            @Named(Authenticator.OF_NODE) Authenticator authenticator,
            FileConfig files,
            FrontDoor door,
            BrowserGuard browsers,
            MetricsAccess metrics) {
        this.authenticator = authenticator;
        this.files = files;
        this.door = door;
        this.browsers = browsers;
        this.metrics = metrics;
    }

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        long start = nanoTime.getAsLong();
        ClientWait wait = new ClientWait(door, files.drainTime(), files.drainBytes());
        ApiRequest request = new ApiRequest((HttpServletRequest) servletRequest, newId(), wait);
        ApiResponse response = new ApiResponse(
                (HttpServletResponse) servletResponse,
                request,
                headers(request),
                () -> (nanoTime.getAsLong() - start) / 1_000_000);
        MDC.put("request", request.id());
        door.entered();
        try {
            serve(request, response, chain);
        } catch (Exception | Error failure) {
            answer(failure, request, response);
        } finally {
            wait.finish();
            door.left();
            MDC.remove("request");
            MDC.remove("tenant");
        }
    }

    /** Returns the headers of every response. The clients of each dialect read the request id from a header of their own. */
    private static Map<String, String> headers(ApiRequest request) {
        String sniffing = "X-Content-Type-Options";
        return request.inMessagesDialect()
                ? Map.of("x-request-id", request.id(), "request-id", request.id(), sniffing, "nosniff")
                : Map.of("x-request-id", request.id(), "openai-version", "2020-10-01", sniffing, "nosniff");
    }

    private void serve(ApiRequest request, ApiResponse response, FilterChain chain)
            throws IOException, ServletException {
        refuseForeignPages(request);
        refuseBadTarget(request);
        if (request.getMethod().equals("OPTIONS")) {
            answerOptions(request, response, chain);
            return;
        }
        if (request.path().equals(METRICS)) {
            if (!metrics.admits(InetAddress.getByName(request.getRemoteAddr()), request.header("Authorization"))) {
                throw new BackfillException(
                        ErrorCode.NO_API_KEY,
                        "Metrics can be read from the networks in backfill.metrics.allow, or with the bearer token in"
                                + " backfill.metrics.token-file.");
            }
        } else if (!isPublic(request)) {
            ApiPrincipal sender = new ApiPrincipal(authenticator.caller(credentials(request)));
            request.authenticated(sender);
            MDC.put("tenant", sender.getName());
            login.login(request, response, sender);
        }
        refuseEncoded(request);
        if (request.path().equals(METRICS) || isPublic(request)) {
            request.answeredToAnyone();
            chain.doFilter(request, response);
            return;
        }
        try (Seat _ = door.request(request.tenant()).orElseThrow(ApiFilter::tooManyRequests)) {
            serveTenant(request, response, chain);
        }
    }

    private static boolean isPublic(ApiRequest request) {
        return PUBLIC.contains(request.path())
                && (request.getMethod().equals("GET") || request.getMethod().equals("HEAD"));
    }

    private static BackfillException tooManyRequests() {
        return new BackfillException(
                ErrorCode.RATE_LIMIT_EXCEEDED, "Too many requests at once. Please try again in a few seconds.");
    }

    /** Whether the request counts as a transfer. One that follows results does not, because it sends without a thread. */
    private static boolean isTransfer(ApiRequest request) {
        String query = request.getQueryString();
        return TRANSFER.matcher(request.getMethod() + " " + request.path()).matches()
                && (query == null || !FOLLOWS.matcher(query).find());
    }

    private static void serveTenant(ApiRequest request, ApiResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (isTransfer(request)) {
            request.beginTransfer();
        }
        try {
            chain.doFilter(request, response);
            request.goOn(response);
        } finally {
            request.abandon();
        }
    }

    /**
     * Answers OPTIONS: for one path as the router knows it, for {@code *} for the whole server. The response shows no data of a
     * tenant, so no key is required.
     */
    private static void answerOptions(ApiRequest request, ApiResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.path().equals("*")) {
            response.setHeader("Allow", METHODS);
            response.setContentLength(0);
            return;
        }
        chain.doFilter(request, response);
    }

    private void refuseForeignPages(ApiRequest request) throws IOException {
        Optional<String> refusal = browsers.refusal(
                InetAddress.getByName(request.getLocalAddr()), request.header("Host"), request.header("Origin"));
        if (refusal.isPresent()) {
            throw new BackfillException(ErrorCode.FORBIDDEN, refusal.get());
        }
    }

    /**
     * Rejects a malformed target here. The server is configured to accept every target, because its own rejection would have no
     * error body.
     */
    private static void refuseBadTarget(ApiRequest request) {
        String query = request.getQueryString();
        if (BAD_TARGET
                .matcher(request.getRequestURI() + (query == null ? "" : query))
                .find()) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST,
                    "The URL is not properly escaped: '%' must be followed by two hex digits, and every non-ASCII"
                            + " character must be percent-encoded.");
        }
    }

    private static void refuseEncoded(ApiRequest request) {
        Optional<String> encoding =
                request.header("Content-Encoding").filter(name -> !name.equalsIgnoreCase("identity"));
        if (encoding.isPresent()) {
            throw new BackfillException(
                    ErrorCode.UNSUPPORTED_CONTENT_TYPE,
                    "Unsupported content encoding '" + encoding.get() + "'. Send the body unencoded.");
        }
    }

    private static Credentials credentials(ApiRequest request) throws IOException {
        // the peer is given as an IP address, so this does not query DNS
        InetAddress peer = InetAddress.getByName(request.getRemoteAddr());
        // pass all values of a name, not only the first: a proxy may have appended its value to one sent by the client
        return new Credentials(
                peer,
                name -> sent(request, name)
                        .or(() -> name.equalsIgnoreCase("Authorization") && request.inMessagesDialect()
                                ? sent(request, "x-api-key").map("Bearer "::concat)
                                : Optional.empty()));
    }

    private static Optional<String> sent(ApiRequest request, String name) {
        return Optional.ofNullable(request.headers(List.of(name)).get(name)).filter(all -> !all.isBlank());
    }

    /**
     * Answers a failure. If part of the response was already sent, only logs it: the connection then ends before the announced
     * length, which clients detect.
     */
    private static void answer(Throwable failure, ApiRequest request, ApiResponse response) throws IOException {
        Throwable cause =
                failure instanceof ServletException && failure.getCause() != null ? failure.getCause() : failure;
        if (response.isCommitted()) {
            FailureLog.logBroken(cause, request);
        } else {
            response.answer(ErrorMapper.answer(cause, request));
        }
    }

    private static String newId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return "req_" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }
}
