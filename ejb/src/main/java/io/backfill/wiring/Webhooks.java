package io.backfill.wiring;

import io.backfill.service.WebhookService;
import io.backfill.webhooks.DeliveryPass;
import io.backfill.webhooks.http.HttpWebhookSender;
import java.net.InetAddress;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** The webhooks of a node. */
record Webhooks(WebhookService service, DeliveryPass deliveries) {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    /** Look-ups of host names, which keep their thread until the resolver answers or gives up. */
    private static final int MOST_LOOKUPS = 32;

    static Webhooks of(Setup setup, Catalogs catalogs, HeaderKeys keys, NodeThreads threads, TimeAndIds timeAndIds) {
        WebhookConfig config = setup.configs().webhooks();
        HttpWebhookSender sender = new HttpWebhookSender(new HttpWebhookSender.Ports(
                config.rules(), InetAddress::getAllByName, lookups(), threads.timer(), tls(), timeAndIds.time()));
        return new Webhooks(
                new WebhookService(
                        new WebhookService.Ports(
                                catalogs.webhookEndpoints(), catalogs.outbox(), keys, sender, config.rules()),
                        timeAndIds.ids(),
                        timeAndIds.random(),
                        timeAndIds.time(),
                        config.maxEndpoints()),
                new DeliveryPass(
                        new DeliveryPass.Ports(
                                catalogs.outbox(), catalogs.webhookEndpoints(), keys, config.operators()),
                        sender,
                        threads.tasks(),
                        timeAndIds.time(),
                        timeAndIds.random()));
    }

    private static ThreadPoolExecutor lookups() {
        return new ThreadPoolExecutor(
                0,
                MOST_LOOKUPS,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("backfill look-up ", 1).factory());
    }

    private static SSLContext tls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JVM's default TLS context cannot be used: " + e.getMessage(), e);
        }
    }

    /** Starts the pass that delivers what is due. */
    void start(NodeThreads threads) {
        deliveries.onFreed(threads.every(PERIOD, "webhooks", deliveries::run)::wake);
    }
}
