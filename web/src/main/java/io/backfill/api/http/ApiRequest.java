package io.backfill.api.http;

import io.backfill.api.errors.ErrorAnswer;
import io.backfill.api.errors.MessagesErrorBody;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.TenantId;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request of the API. JAX-RS routes it by method and path and sees no headers, so it neither negotiates content (clients send
 * {@code Accept: application/binary} and expect JSON errors) nor fails on a header that it cannot parse. Resources read headers
 * through this class.
 */
public final class ApiRequest extends HttpServletRequestWrapper {
    private static final String ATTRIBUTE = ApiRequest.class.getName();
    private static final String MESSAGES = "/v1/messages";
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int MOST_ARRIVED = 256 * 1024;

    private final String id;
    private final ClientWait wait;
    private @Nullable ApiPrincipal principal;
    private boolean bodyTouched;
    private Optional<Continuation> continuation = Optional.empty();

    ApiRequest(HttpServletRequest request, String id, ClientWait wait) {
        super(request);
        this.id = id;
        this.wait = wait;
        request.setAttribute(ATTRIBUTE, this);
        wait.attach(request);
    }

    /** Returns the API request behind the request that JAX-RS injected. */
    public static ApiRequest of(HttpServletRequest injected) {
        return (ApiRequest) injected.getAttribute(ATTRIBUTE);
    }

    /** Returns who sent a request, or empty before the request has been authenticated. */
    public static Optional<ApiPrincipal> sender(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof ApiRequest known
                ? Optional.ofNullable(known.principal)
                : Optional.empty();
    }

    /** Returns {@code req_} followed by 32 hex digits. */
    public String id() {
        return id;
    }

    /** Returns the tenant that sent the request. */
    public TenantId tenant() {
        ApiPrincipal known = principal;
        if (known == null) {
            throw new IllegalStateException("the request was not authenticated, so it has no tenant");
        }
        return known.tenant();
    }

    /** @throws BackfillException {@code NOT_AN_OPERATOR} unless the sender is an operator */
    public void requireOperator() {
        if (!isUserInRole(ApiPrincipal.OPERATOR)) {
            throw new BackfillException(
                    ErrorCode.NOT_AN_OPERATOR, "Only an operator of this gateway may do this. Use an operator's key.");
        }
    }

    void authenticated(ApiPrincipal sender) {
        principal = sender;
        wait.authenticated(sender.tenant());
    }

    /** Lets the response of a public page be sent to a client that receives it slowly. */
    void answeredToAnyone() {
        wait.answersAnyone();
    }

    /** Lets a body follow the response of this request, which has none, when the thread of the request is released. */
    public void goOnWith(Continuation body) {
        continuation = Optional.of(body);
    }

    /**
     * Begins the body that was announced, if any. Called when the request has been answered.
     *
     * @param response whose headers are not sent yet
     */
    void goOn(HttpServletResponse response) throws IOException {
        if (continuation.isEmpty()) {
            return;
        }
        if (response.getStatus() != HttpServletResponse.SC_OK
                || response.isCommitted()
                || !getMethod().equals("GET")) {
            abandon();
            return;
        }
        // sets the headers that come with the first byte
        response.getOutputStream();
        Continuation body = continuation.get();
        AsyncContext async = getRequest().startAsync();
        continuation = Optional.empty();
        body.begin(async, ConnectionCut.of(getRequest(), async::complete));
    }

    /** Gives up the body that was announced, if it has not begun. */
    void abandon() {
        continuation.ifPresent(Continuation::abandon);
        continuation = Optional.empty();
    }

    /** @throws BackfillException {@code RATE_LIMIT_EXCEEDED} if the tenant has too many transfers in progress */
    void beginTransfer() {
        try {
            wait.beginTransfer();
        } catch (ClientWaitException refused) {
            throw new BackfillException(refused.code(), String.valueOf(refused.getMessage()), refused);
        }
    }

    /** Returns the path as sent, without a trailing slash. */
    public String path() {
        String path = getRequestURI();
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Returns whether the request is on a route of Anthropic's dialect, which has headers and errors of its own. */
    boolean inMessagesDialect() {
        return path().equals(MESSAGES) || path().startsWith(MESSAGES + "/");
    }

    /** Returns the body of an error, in the form of the request's dialect. */
    Object envelope(ErrorAnswer answer) {
        return inMessagesDialect() ? MessagesErrorBody.of(answer, id) : answer.body();
    }

    /**
     * Returns the address of this server as the client sees it, without a slash at its end. The scheme is that of the proxy in
     * front, if it reports one, because clients send their key to the addresses they are given.
     */
    public String base() {
        String scheme = header("X-Forwarded-Proto")
                .filter(sent -> sent.equals("https") || sent.equals("http"))
                .orElseGet(this::getScheme);
        return scheme + "://" + header("Host").orElseGet(() -> getServerName() + ":" + getServerPort());
    }

    /** Returns the value of the first header with this name, or empty if it is absent or blank. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(getHeader(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Returns those of the named headers that were sent. Several headers with one name are joined to a list, as HTTP defines. */
    public Map<String, String> headers(Iterable<String> names) {
        Map<String, String> present = new LinkedHashMap<>();
        for (String name : names) {
            Enumeration<String> values = getHeaders(name);
            if (values.hasMoreElements()) {
                present.put(name, String.join(", ", Collections.list(values)));
            }
        }
        return present;
    }

    /**
     * Adds {@code Connection: close} to the response if the connection cannot be reused. The rest of the body is dropped after the
     * response.
     */
    ErrorAnswer closing(ErrorAnswer answer) {
        if (!holdsBodyBack() && (wait.drainsLong() || !bodyToCome())) {
            return answer;
        }
        Map<String, String> headers = new LinkedHashMap<>(answer.headers());
        headers.put("Connection", "close");
        return new ErrorAnswer(answer.status(), answer.body(), headers);
    }

    /** Returns whether part of the body has not arrived yet. Drops what has arrived, up to 256 KB. */
    private boolean bodyToCome() {
        if (getContentLengthLong() <= 0 && getHeader("Transfer-Encoding") == null) {
            return false;
        }
        try {
            ServletInputStream body = getInputStream();
            byte[] dropped = new byte[BUFFER_BYTES];
            for (int total = 0; total < MOST_ARRIVED && body.available() > 0; ) {
                total += Math.max(0, body.read(dropped));
            }
            return !body.isFinished();
        } catch (IOException clientIsGone) {
            return true;
        }
    }

    /** Returns whether the client still waits for {@code 100 Continue}, which reading the body sends. */
    private boolean holdsBodyBack() {
        return !bodyTouched
                && header("Expect").filter("100-continue"::equalsIgnoreCase).isPresent();
    }

    /**
     * Returns the body.
     *
     * @throws BackfillException {@code tooLarge} if the announced length exceeds {@code maxBytes}; nothing has been read then
     */
    public ServletInputStream body(long maxBytes, BackfillException tooLarge) {
        if (getContentLengthLong() > maxBytes) {
            throw tooLarge;
        }
        try {
            return getInputStream();
        } catch (IOException e) {
            throw new BackfillException(ErrorCode.INVALID_REQUEST, "The request body could not be read.", e);
        }
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        bodyTouched = true;
        return new BodyStream(super.getInputStream());
    }

    /** Returns the sender, or null if the request was not authenticated. Any server then shows it, whatever its security settings. */
    @Override
    public @Nullable ApiPrincipal getUserPrincipal() {
        return principal;
    }

    @Override
    public @Nullable String getRemoteUser() {
        ApiPrincipal known = principal;
        return known == null ? null : known.getName();
    }

    @Override
    public boolean isUserInRole(String role) {
        ApiPrincipal known = principal;
        return known != null && known.isIn(role);
    }

    /** Hides all headers from JAX-RS, which reads them by name. */
    @Override
    public Enumeration<String> getHeaderNames() {
        return Collections.emptyEnumeration();
    }

    @Override
    public @Nullable String getContentType() {
        return null;
    }

    @Override
    public Cookie @Nullable [] getCookies() {
        return null;
    }
}
