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
 * Describes the failure of a call for the user who owns the line. The text names the replica's host and port. It contains nothing
 * from the exception's message, which may expose internals of the deployment.
 */
final class FailureReason {
    private FailureReason() {}

    /** Describes why no connection was established. */
    static String ofConnecting(Exception e, Origin origin) {
        return switch (e) {
            case UnknownHostException _ -> "the host name " + origin.host() + " cannot be resolved";
            case NoRouteToHostException _ -> "there is no route to " + origin;
            case SocketTimeoutException _ -> origin + " did not accept a connection in time";
            case ConnectException _ -> origin + " refused the connection";
            case SSLException tls -> "TLS with " + origin + " failed: " + ofTls(tls);
            default -> "could not connect to " + origin;
        };
    }

    /** Describes why no complete answer was received. */
    static String ofExchange(Exception e, Origin origin) {
        return switch (e) {
            case AnswerTooLargeException large -> "the answer of " + origin + " is larger than " + large.limit();
            case BrokenCodingException broken ->
                "the answer of " + origin + " cannot be decompressed: " + broken.getMessage();
            case NoHttpResponseException _ -> origin + " closed the connection without an answer";
            case ConnectionClosedException _ -> origin + " closed the connection in the middle of its answer";
            case TruncatedChunkException _ -> origin + " closed the connection in the middle of its answer";
            case MalformedChunkCodingException _ -> origin + " did not answer in valid HTTP";
            case MessageConstraintException _ -> origin + " sent an answer whose header is too long";
            case ParseException _ -> origin + " did not answer in valid HTTP";
            case HttpException _ -> origin + " did not answer in valid HTTP";
            case SSLException tls -> "the TLS connection to " + origin + " broke: " + ofTls(tls);
            case SocketException _ -> origin + " reset the connection";
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
                ? "it rejected the client certificate"
                : "the handshake failed, or the server does not support TLS";
    }

    private static boolean saysCertificate(@Nullable String message) {
        return message != null && message.contains("alert") && message.contains("certificate");
    }
}
