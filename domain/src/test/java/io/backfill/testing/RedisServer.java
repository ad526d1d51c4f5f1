package io.backfill.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A real Redis server as a child process on a free port of this machine. It keeps its port over restarts and writes nothing to
 * disk. Requires {@code org.signal:embedded-redis} on the class path, which contains the program. Ends with this JVM, unless the
 * JVM is killed.
 */
public final class RedisServer implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Path program;
    private final List<String> options;
    private final String sentinelConfig;
    private final int port = freePort();
    private final Thread lastRites = new Thread(this::kill);
    private Process process;

    /**
     * @param options additional command-line options of the server, such as {@code --requirepass secret}; {@code --tls-port 0}
     *     means TLS only
     */
    public RedisServer(String... options) {
        this("", List.of(options));
    }

    private RedisServer(String sentinelConfig, List<String> options) {
        this.program = program();
        this.options = List.copyOf(options);
        this.sentinelConfig = sentinelConfig;
        Runtime.getRuntime().addShutdownHook(lastRites);
        start();
    }

    /** Returns a sentinel that decides alone on a fail-over of {@code master}, and knows it as {@code name}. */
    public static RedisServer sentinel(String name, RedisServer master) {
        return new RedisServer(
                "sentinel monitor " + name + " 127.0.0.1 " + master.port()
                        + " 1\nsentinel down-after-milliseconds " + name + " 500\nsentinel failover-timeout " + name
                        + " 5000\n",
                List.of());
    }

    private static Path program() {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        String name = "/redis-server-7.0.15-" + (mac ? "darwin" : "linux") + "-" + (arm ? "arm64" : "amd64");
        try (InputStream in = RedisServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            Path program = Files.createTempDirectory("redis").resolve("redis-server");
            Files.copy(in, program);
            if (!program.toFile().setExecutable(true)) {
                throw new IOException(program + " cannot be made executable");
            }
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a port below the ephemeral range, which an outgoing connection cannot take before the server listens. */
    private static int freePort() {
        for (int tries = 0; tries < 1_000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(10_240, 32_768);
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException taken) {
                // the next one
            }
        }
        throw new IllegalStateException("no free port");
    }

    /** Returns the value that was given for a command-line option. */
    public String option(String name) {
        return options.get(options.indexOf(name) + 1);
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Starts an empty server, unless one is running, and waits until it listens. */
    public synchronized void start() {
        if (process != null && process.isAlive()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of(program.toString()));
        if (sentinelConfig.isEmpty()) {
            command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
        } else {
            command.addAll(List.of(writeSentinelConfig(), "--sentinel", "--bind", "127.0.0.1"));
        }
        command.addAll(List.of("--dir", program.getParent().toString()));
        boolean onlyTls = options.contains("--tls-port");
        command.addAll(List.of("--port", onlyTls ? "0" : String.valueOf(port)));
        for (int i = 0; i < options.size(); i++) {
            boolean tlsPort = i > 0 && options.get(i - 1).equals("--tls-port");
            command.add(tlsPort ? String.valueOf(port) : options.get(i));
        }
        Path log = program.resolveSibling("log");
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            awaitListening(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String writeSentinelConfig() {
        try {
            return Files.writeString(program.resolveSibling("sentinel.conf"), sentinelConfig)
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening(Path log) throws IOException {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() - until > 0) {
                    throw new IOException("the server does not start: " + Files.readString(log), notYet);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
    }

    /** Ends the server as {@code kill -9} does, and waits until the process has ended. */
    public synchronized void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Ends the server as {@code kill} does, and waits until the process has ended. */
    public synchronized void stop() {
        process.destroy();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills the server and starts an empty one. */
    public void restart() {
        kill();
        start();
    }

    /** Freezes the server: connections stay open, and it does not answer. */
    public void pause() {
        signal("STOP");
    }

    /** Continues the server after {@link #pause()}. */
    public void resume() {
        signal("CONT");
    }

    private synchronized void signal(String name) {
        try {
            Process sent = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
            if (!sent.waitFor(20, TimeUnit.SECONDS) || sent.exitValue() != 0) {
                throw new IllegalStateException("SIG" + name + " was not sent");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends one command on a new connection without a login, and returns the first line of the answer. */
    public String command(String... words) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                int length = word.getBytes(StandardCharsets.UTF_8).length;
                text.append('$').append(length).append("\r\n").append(word).append("\r\n");
            }
            socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
            StringBuilder line = new StringBuilder();
            InputStream in = socket.getInputStream();
            for (int c = in.read(); c >= 0 && c != '\r'; c = in.read()) {
                line.append((char) c);
            }
            return line.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the server and removes its files. */
    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(lastRites);
        try {
            try (Stream<Path> files = Files.list(program.getParent())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.deleteIfExists(program.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
