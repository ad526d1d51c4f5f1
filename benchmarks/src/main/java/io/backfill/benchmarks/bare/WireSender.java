package io.backfill.benchmarks.bare;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;

/** One kept-alive connection of HttpCore without a pool, time-outs or connection checks. */
final class WireSender implements BareSender {
    private final URI server;
    private final String path;
    private final DefaultBHttpClientConnection connection = new DefaultBHttpClientConnection(Http1Config.DEFAULT);

    WireSender(URI server, String path) throws IOException {
        this.server = server;
        this.path = path;
        Socket socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        connection.bind(socket);
    }

    @Override
    public void send(byte[] body, int number) throws IOException {
        ClassicHttpRequest request = new BasicClassicHttpRequest("POST", path);
        request.addHeader("Host", server.getAuthority());
        request.addHeader("Content-Type", "application/json");
        request.addHeader("Content-Length", Integer.toString(body.length));
        request.addHeader("X-Request-Id", "bare-" + number);
        request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        try {
            connection.sendRequestHeader(request);
            connection.sendRequestEntity(request);
            connection.flush();
            ClassicHttpResponse response = connection.receiveResponseHeader();
            connection.receiveResponseEntity(response);
            byte[] answer = EntityUtils.toByteArray(response.getEntity());
            if (response.getCode() != 200 || answer.length == 0) {
                throw new IOException("the answer has status " + response.getCode());
            }
        } catch (HttpException broken) {
            throw new IOException(broken);
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
