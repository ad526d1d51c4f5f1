package io.backfill.api.http;

import io.backfill.api.admin.AdminResource;
import io.backfill.api.batches.BatchRerunResource;
import io.backfill.api.batches.BatchResultsResource;
import io.backfill.api.batches.BatchesResource;
import io.backfill.api.batches.SteeringResource;
import io.backfill.api.files.FilesResource;
import io.backfill.api.files.UploadsResource;
import io.backfill.api.messages.MessageBatchesResource;
import io.backfill.api.models.ModelsResource;
import io.backfill.api.openapi.OpenApiResource;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.webhooks.WebhookEndpointsResource;
import io.backfill.api.webhooks.WebhookEventTypesResource;
import io.backfill.api.welcome.WelcomeResource;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchLifecycle;
import io.backfill.door.DoorConfig;
import io.backfill.door.FrontDoor;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.feed.FeedSource;
import io.backfill.feed.FollowConfig;
import io.backfill.feed.Followers;
import io.backfill.files.FileConfig;
import io.backfill.files.FileStore;
import io.backfill.files.TenantLimits;
import io.backfill.files.TenantStorage;
import io.backfill.ids.IdGenerator;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.memory.MemoryBatchQueue;
import io.backfill.memory.MemoryTenantStorage;
import io.backfill.memory.MemoryUploadCatalog;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanOrder;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.requests.MessageLimits;
import io.backfill.service.BatchOperations;
import io.backfill.service.BatchService;
import io.backfill.service.FileService;
import io.backfill.service.MessageBatchService;
import io.backfill.service.RerunService;
import io.backfill.service.ResultService;
import io.backfill.service.SteeringService;
import io.backfill.service.UploadService;
import io.backfill.service.WebhookService;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import io.backfill.tenants.auth.BrowserGuard;
import io.backfill.tenants.auth.Cidr;
import io.backfill.tenants.auth.MetricsAccess;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemoryResultLogs;
import io.backfill.testing.PlainHeaderVault;
import io.backfill.testing.PlainSecretVault;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.traces.BatchTraces;
import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.WebhookSender;
import io.backfill.webhooks.http.AddressRules;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.handlers.accesslog.AccessLogHandler;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.resteasy.core.ResteasyDeploymentImpl;
import org.jboss.resteasy.plugins.server.servlet.HttpServletDispatcher;
import org.jboss.resteasy.spi.ResteasyDeployment;
import org.xnio.Options;

/** The API of the product in the HTTP engine that WildFly uses, over backends in memory. Each instance starts empty. */
final class ApiServer implements AutoCloseable {
    static final FileConfig FILES = new FileConfig(
            2_000_000,
            2_000_000,
            false,
            Duration.ofDays(30),
            TenantLimits.DEFAULT,
            1L << 33,
            1_000_000,
            Duration.ofSeconds(30),
            1L << 30,
            10_000);
    static final int MOST_WEBHOOKS = 3;
    /** At most 5 requests and 10,000 bytes in a body of Anthropic's dialect, and 2000 bytes in a line. */
    static final PlanConfig PLAN = new PlanConfig(
            50_000,
            200_000_000,
            2000,
            32,
            true,
            PlanOrder.PREFIX,
            true,
            new MessageLimits(5, 10_000),
            PlanConfig.DEFAULT_INFLATE_RATIO);

    static final String MODEL = "meta/llama-3:8b";
    /** Needed because the networks with access to metrics contain no address of a test: only the token gives access. */
    static final Path METRICS_TOKEN = metricsToken();

    private static final MetricsAccess METRICS =
            new MetricsAccess(List.of(Cidr.parse("192.0.2.0/24")), Optional.of(METRICS_TOKEN));

    final SettableTime time = SettableTime.standing();
    final MemoryFileStore store = new MemoryFileStore();
    final MemoryBatchCatalog batches = new MemoryBatchCatalog(time);
    final BatchLifecycle lifecycle = new BatchLifecycle(batches, time);
    final FrontDoor door;
    /** Answers each test of a webhook endpoint; set by tests. */
    volatile WebhookSender answers = (url, id, body, secrets) -> new Delivery.Attempt(time.instant(), 200, "");

    private final WebhookSender sender = (url, id, body, secrets) -> answers.send(url, id, body, secrets);
    /** The user of each exchange that has ended, as an access log shows it. */
    final BlockingQueue<String> accessLog = new LinkedBlockingQueue<>();

    /** Short, so that tests need not wait for long. */
    static final FollowConfig FOLLOW =
            new FollowConfig(4096, Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofMillis(20));

    final FeedSource source;
    final Followers followers;

    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Undertow undertow;
    private final DeploymentManager deployment;
    private final List<ApiClient> clients = new ArrayList<>();

    ApiServer() {
        this(FILES, BatchConfig.DEFAULT);
    }

    ApiServer(FileConfig files, BatchConfig batchConfig) {
        this(files, batchConfig, Optional.empty());
    }

    /** @param otherStore replaces the store in memory */
    ApiServer(FileConfig files, BatchConfig batchConfig, Optional<FileStore> otherStore) {
        this(files, batchConfig, otherStore, DoorConfig.DEFAULT, new BrowserGuard(false, List.of()), Optional.empty());
    }

    /** Returns a server that checks hosts and origins, as a server without keys does. */
    static ApiServer guarded() {
        return new ApiServer(
                FILES,
                BatchConfig.DEFAULT,
                Optional.empty(),
                DoorConfig.DEFAULT,
                new BrowserGuard(true, List.of()),
                Optional.empty());
    }

    /**
     * Returns a server whose container calls a mechanism before the first filter, and accepts none of its senders.
     *
     * @param mechanism what it does then
     */
    static ApiServer withMechanism(Consumer<ServletRequest> mechanism) {
        return new ApiServer(
                FILES,
                BatchConfig.DEFAULT,
                Optional.empty(),
                DoorConfig.DEFAULT,
                new BrowserGuard(false, List.of()),
                Optional.empty(),
                mechanism);
    }

    /** Returns a server with few threads and transfers, or short time-outs. */
    static ApiServer of(DoorConfig doorConfig) {
        return of(doorConfig, Optional.empty());
    }

    /** Returns a server whose system buffers only so many bytes of a response. */
    static ApiServer of(DoorConfig doorConfig, int sendBuffer) {
        return of(doorConfig, Optional.of(sendBuffer));
    }

    private static ApiServer of(DoorConfig doorConfig, Optional<Integer> sendBuffer) {
        return new ApiServer(
                FileConfig.DEFAULT,
                BatchConfig.DEFAULT,
                Optional.empty(),
                doorConfig,
                new BrowserGuard(false, List.of()),
                sendBuffer);
    }

    private ApiServer(
            FileConfig files,
            BatchConfig batchConfig,
            Optional<FileStore> otherStore,
            DoorConfig doorConfig,
            BrowserGuard browsers,
            Optional<Integer> sendBuffer) {
        this(files, batchConfig, otherStore, doorConfig, browsers, sendBuffer, request -> {});
    }

    private ApiServer(
            FileConfig files,
            BatchConfig batchConfig,
            Optional<FileStore> otherStore,
            DoorConfig doorConfig,
            BrowserGuard browsers,
            Optional<Integer> sendBuffer,
            Consumer<ServletRequest> mechanism) {
        door = new FrontDoor(doorConfig, tenant -> false, Thread::startVirtualThread, System::nanoTime);
        FileStore bytes = otherStore.orElse(store);
        IdGenerator ids = SeededIds.of(time, 1);
        MemoryUploadCatalog uploadRows = new MemoryUploadCatalog();
        TenantStorage storage = new MemoryTenantStorage(batches.files(), uploadRows);
        FileService fileService = new FileService(bytes, batches.files(), storage, ids, time, files);
        UploadService uploads = new UploadService(
                new UploadService.Ports(uploadRows, uploadRows, storage, bytes, batches.files()), ids, time, files);
        BatchService batchService = new BatchService(
                new BatchService.Ports(
                        batches,
                        lifecycle,
                        batches,
                        new MemoryBatchQueue(),
                        new LocalBatchEvents(Runnable::run),
                        batches.files()),
                ids,
                time,
                batchConfig,
                new PlainHeaderVault(),
                BatchTraces.NONE);
        TestModels models = new TestModels(TestModels.model(MODEL, 1));
        MessageBatchService messages = new MessageBatchService(
                new MessageBatchService.Ports(batchService, fileService, batches, models), batchConfig, PLAN);
        BatchOperations operations = new BatchOperations(
                batches, batches, lifecycle, new MemoryBatchQueue(), new LocalBatchEvents(Runnable::run));
        source = new FeedSource(batches, batches.files(), bytes, new MemoryResultLogs(store), time);
        followers = new Followers(
                source,
                FOLLOW,
                tasks,
                (task, nanos) -> timer.schedule(task, nanos, TimeUnit.NANOSECONDS),
                System::nanoTime);
        WebhookService webhooks = new WebhookService(
                new WebhookService.Ports(
                        batches.webhooks(),
                        batches.webhooks(),
                        new PlainSecretVault(),
                        sender,
                        new AddressRules(List.of(Cidr.parse("127.0.0.0/8")))),
                ids,
                new Random(1),
                time,
                MOST_WEBHOOKS);
        SteeringService steering =
                new SteeringService(batches, batches, new MemoryBatchQueue(), new LocalBatchEvents(Runnable::run));
        ResteasyDeployment resteasy = new ResteasyDeploymentImpl();
        List<Object> beans = List.of(
                fileService,
                uploads,
                batchService,
                operations,
                new ResultService(batches, source, followers),
                new RerunService(batchService, batches.files(), bytes, time),
                webhooks,
                steering,
                files,
                batchConfig,
                door,
                messages,
                models,
                time);
        resteasy.setResources(List.of(
                injected(new FilesResource(), beans),
                injected(new UploadsResource(), beans),
                injected(new BatchesResource(), beans),
                injected(new BatchResultsResource(), beans),
                injected(new BatchRerunResource(), beans),
                injected(new MessageBatchesResource(), beans),
                injected(new SteeringResource(), beans),
                injected(new ModelsResource(), beans),
                injected(new AdminResource(), beans),
                injected(new WebhookEndpointsResource(), beans),
                new WebhookEventTypesResource(),
                new WelcomeResource(),
                new OpenApiResource(),
                new Metrics(),
                new Sender(),
                new Broken()));
        resteasy.setProviders(List.of(new ErrorMapper()));
        DeploymentInfo info = Servlets.deployment()
                .setClassLoader(ApiServer.class.getClassLoader())
                .setContextPath("/")
                .setDeploymentName("api")
                .addServletContextAttribute(ResteasyDeployment.class.getName(), resteasy)
                .addFilter(Servlets.filter(
                                "mechanism",
                                Filter.class,
                                new ImmediateInstanceFactory<>((request, response, chain) -> {
                                    mechanism.accept(request);
                                    chain.doFilter(request, response);
                                }))
                        .setAsyncSupported(true))
                .addFilterUrlMapping("mechanism", "/*", DispatcherType.REQUEST)
                .addFilter(Servlets.filter(
                                "api",
                                ApiFilter.class,
                                new ImmediateInstanceFactory<>(
                                        new ApiFilter(authenticator(), files, door, browsers, METRICS)))
                        .setAsyncSupported(true))
                .addFilterUrlMapping("api", "/*", DispatcherType.REQUEST)
                .addServlet(Servlets.servlet("rest", HttpServletDispatcher.class)
                        .addMapping("/*")
                        .setAsyncSupported(true));
        deployment = Servlets.newContainer().addDeployment(info);
        deployment.deploy();
        try {
            Undertow.Builder builder = Undertow.builder()
                    .addHttpListener(0, "127.0.0.1")
                    .setHandler(new AccessLogHandler(
                            deployment.start(), accessLog::add, "%u %s %r", ApiServer.class.getClassLoader()))
                    .setWorkerThreads(doorConfig.threads())
                    // as in the provisioned server, where the application enforces the limits
                    .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                    .setServerOption(UndertowOptions.DECODE_URL, false)
                    .setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true);
            sendBuffer.ifPresent(size -> builder.setSocketOption(Options.SEND_BUFFER, size));
            undertow = builder.build();
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        }
        undertow.start();
    }

    private static Path metricsToken() {
        try {
            Path file = Files.createTempFile("metrics", "token");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "scrape-me\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Injects the fields of a resource, as CDI does. */
    private static Object injected(Object resource, List<Object> beans) {
        for (Field field : resource.getClass().getDeclaredFields()) {
            if (field.isAnnotationPresent(Inject.class)) {
                Object bean = beans.stream()
                        .filter(field.getType()::isInstance)
                        .findFirst()
                        .orElseThrow();
                try {
                    field.setAccessible(true);
                    field.set(resource, bean);
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return resource;
    }

    private static Authenticator authenticator() {
        return new Authenticator() {
            @Override
            public TenantId authenticate(Credentials credentials) {
                String key = credentials
                        .header()
                        .apply("Authorization")
                        .orElseThrow(
                                () -> new BackfillException(ErrorCode.NO_API_KEY, "You didn't provide an API key."));
                if (!key.startsWith("Bearer key-")) {
                    throw new BackfillException(ErrorCode.INVALID_API_KEY, "Incorrect API key provided: sk-***.");
                }
                return new TenantId(key.substring("Bearer key-".length()));
            }

            @Override
            public boolean isOperator(Credentials credentials) {
                return authenticate(credentials).value().equals("operator");
            }
        };
    }

    ApiClient client(String key) {
        ApiClient client = new ApiClient(base(), key);
        clients.add(client);
        return client;
    }

    URI base() {
        InetSocketAddress address =
                (InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress();
        return URI.create("http://127.0.0.1:" + address.getPort());
    }

    @Override
    public void close() {
        followers.close();
        timer.shutdownNow();
        clients.forEach(ApiClient::close);
        undertow.stop();
        tasks.close();
        try {
            deployment.stop();
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Replaces the real resource, which needs a metric registry. */
    @jakarta.ws.rs.Path("/metrics")
    public static final class Metrics {
        @GET
        public jakarta.ws.rs.core.Response get() {
            return jakarta.ws.rs.core.Response.ok("up 1\n").type("text/plain").build();
        }
    }

    /** Shows the sender as JAX-RS sees it. */
    @jakarta.ws.rs.Path("/v1/sender")
    public static final class Sender {
        @GET
        public String get(@Context SecurityContext security, @Context HttpServletRequest request) {
            return security.getUserPrincipal().getName() + " " + security.isUserInRole("tenant") + " "
                    + security.isUserInRole("operator") + " " + security.isUserInRole("admin") + " "
                    + request.getRemoteUser();
        }
    }

    /** An address that always fails. */
    @jakarta.ws.rs.Path("/v1/broken")
    public static final class Broken {
        @GET
        public String get() {
            throw new IllegalStateException("broken");
        }
    }
}
