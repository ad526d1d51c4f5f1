package io.backfill.api.http;

import io.backfill.api.errors.ErrorAnswer;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.TenantId;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the API. JAX-RS routes it by method and path and sees no header: so it can neither negotiate content
 * (clients ask for {@code application/binary} and expect JSON errors) nor stumble over a header that cannot be parsed. Resources
 * read headers here.
 */
public final class ApiRequest extends HttpServletRequestWrapper {
    private static final String ATTRIBUTE = ApiRequest.class.getName();
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int MOST_ARRIVED = 256 * 1024;

    private final String id;
    private final ClientWait wait;
    private @Nullable TenantId tenant;
    private BooleanSupplier operator = () -> false;
    private boolean bodyTouched;

    ApiRequest(HttpServletRequest request, String id, ClientWait wait) {
        super(request);
        this.id = id;
        this.wait = wait;
        request.setAttribute(ATTRIBUTE, this);
        wait.attach(request);
    }

    /** The request behind what JAX-RS injects. */
    public static ApiRequest of(HttpServletRequest injected) {
        return (ApiRequest) injected.getAttribute(ATTRIBUTE);
    }

    /** {@code req_} and 32 hex digits. */
    public String id() {
        return id;
    }

    /** Whose request it is. */
    public TenantId tenant() {
        TenantId known = tenant;
        if (known == null) {
            throw new IllegalStateException("this address is open to everybody, so nobody was asked who they are");
        }
        return known;
    }

    /** @throws BackfillException {@code NOT_AN_OPERATOR} unless an operator sent it */
    public void requireOperator() {
        if (!operator.getAsBoolean()) {
            throw new BackfillException(
                    ErrorCode.NOT_AN_OPERATOR, "Only an operator of this gateway may do this. Use an operator's key.");
        }
    }

    /** @param byOperator asked when it matters */
    void authenticated(TenantId asTenant, BooleanSupplier byOperator) {
        tenant = asTenant;
        operator = byOperator;
        wait.authenticated(asTenant);
    }

    /** @throws BackfillException {@code RATE_LIMIT_EXCEEDED} when the tenant has too many transfers under way */
    void beginTransfer() {
        try {
            wait.beginTransfer();
        } catch (ClientWaitException refused) {
            throw new BackfillException(refused.code(), String.valueOf(refused.getMessage()), refused);
        }
    }

    /** The path as sent, without the slash at its end. */
    public String path() {
        String path = getRequestURI();
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** The first header of that name that is not blank. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(getHeader(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Those of the named headers that were sent; more than one of a name become a list, as HTTP has it. */
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

    /** What the request is answered after {@code failure}. Logs what is not the client's fault. */
    public ErrorAnswer refuse(Throwable failure) {
        ErrorAnswer answer = ErrorAnswer.of(failure, getMethod(), path(), id);
        FailureLog.log(failure, answer.status(), this);
        return closing(answer);
    }

    /** The answer, and whether the connection is of use behind it. What is still sent of the body is dropped behind the answer. */
    ErrorAnswer closing(ErrorAnswer answer) {
        if (!holdsBodyBack() && (wait.drainsLong() || !bodyToCome())) {
            return answer;
        }
        Map<String, String> headers = new LinkedHashMap<>(answer.headers());
        headers.put("Connection", "close");
        return new ErrorAnswer(answer.status(), answer.body(), headers);
    }

    /** Whether more of the body is to come than has arrived. */
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

    /** Whether the client holds its body back until it is told to go on, which reading the body does. */
    private boolean holdsBodyBack() {
        return !bodyTouched
                && header("Expect").filter("100-continue"::equalsIgnoreCase).isPresent();
    }

    /**
     * The body, for whom it may have {@code maxBytes}.
     *
     * @throws BackfillException {@code tooLarge} when it says of itself that it has more, before any of it is read
     */
    public ServletInputStream body(long maxBytes, BackfillException tooLarge) {
        if (getContentLengthLong() > maxBytes) {
            throw tooLarge;
        }
        try {
            return getInputStream();
        } catch (IOException e) {
            throw new BackfillException(ErrorCode.INVALID_REQUEST, "The request's body could not be read.", e);
        }
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        bodyTouched = true;
        return new BodyStream(super.getInputStream());
    }

    /** JAX-RS reads all headers by their names. */
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
