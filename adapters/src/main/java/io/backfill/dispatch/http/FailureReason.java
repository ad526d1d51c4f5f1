package io.backfill.dispatch.http;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.jspecify.annotations.Nullable;

/**
 * Says what went wrong with a call, in words for the user whose line it was. Names the endpoint's host and port, and nothing
 * from the exception, whose text may show more of the house than the user should see.
 */
final class FailureReason {
    private FailureReason() {}

    /** Why no connection came to be. */
    static String ofConnecting(Exception e, Origin origin) {
        return switch (e) {
            case UnknownHostException unknown -> "the host name " + origin.host() + " is not known";
            case NoRouteToHostException unreachable -> "there is no route to " + origin;
            case SocketTimeoutException late -> origin + " did not take a connection in time";
            case ConnectException refused -> origin + " refused the connection";
            case SSLException tls -> "TLS with " + origin + " failed: " + ofTls(tls);
            default -> "no connection to " + origin;
        };
    }

    /** Why a connection gave no whole answer. */
    static String ofExchange(Exception e, Origin origin) {
        return switch (e) {
            case AnswerTooLargeException large -> "the answer of " + origin + " is larger than " + large.limit();
            case BrokenCodingException broken ->
                "the answer of " + origin + " cannot be decompressed: " + broken.getMessage();
            case NoHttpResponseException silent -> origin + " closed the connection without an answer";
            case ConnectionClosedException closed -> origin + " closed the connection in the middle of its answer";
            case TruncatedChunkException truncated -> origin + " closed the connection in the middle of its answer";
            case MalformedChunkCodingException malformed -> origin + " did not answer in valid HTTP";
            case MessageConstraintException tooLong -> origin + " sent too long a head before its answer";
            case ParseException malformed -> origin + " did not answer in valid HTTP";
            case HttpException malformed -> origin + " did not answer in valid HTTP";
            case SSLException tls -> "TLS with " + origin + " broke: " + ofTls(tls);
            case SocketException reset -> origin + " reset the connection";
            default -> "the connection to " + origin + " broke";
        };
    }

    private static String ofTls(SSLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException) {
                return "its certificate is not trusted";
            }
        }
        if (e.getCause() instanceof CertificateException) {
            return "its certificate is not for this host";
        }
        return saysCertificate(e.getMessage())
                ? "it does not take our certificate"
                : "the two sides could not agree, or one of them does not speak TLS";
    }

    private static boolean saysCertificate(@Nullable String message) {
        return message != null && message.contains("alert") && message.contains("certificate");
    }
}
