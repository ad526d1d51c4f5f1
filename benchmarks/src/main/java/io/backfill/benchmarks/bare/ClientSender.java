package io.backfill.benchmarks.bare;

import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** HttpClient 5 with a sufficiently large pool and without the features that the gateway does not use either. */
final class ClientSender implements BareSender {
    private final CloseableHttpClient client;
    private final URI target;

    private ClientSender(CloseableHttpClient client, URI target) {
        this.client = client;
        this.target = target;
    }

    static ClientSender of(URI server, String path, int threads) {
        CloseableHttpClient client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnPerRoute(threads)
                        .setMaxConnTotal(threads)
                        .build())
                .disableAuthCaching()
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .disableRedirectHandling()
                .build();
        return new ClientSender(client, server.resolve(path));
    }

    @Override
    public void send(byte[] body, int number) throws IOException {
        HttpPost request = new HttpPost(target);
        request.addHeader("X-Request-Id", "bare-" + number);
        request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        int length = client.execute(request, response -> {
            byte[] answer = EntityUtils.toByteArray(response.getEntity());
            return response.getCode() == 200 ? answer.length : 0;
        });
        if (length == 0) {
            throw new IOException("the answer is not a 200");
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
