package io.backfill.it.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The server's own command line, as an operator on the same machine uses it. */
public final class ServerCli {
    private static final int SECONDS = 120;

    private ServerCli() {}

    /** Runs the commands in this order, all of which must succeed, and returns what they print. */
    public static String run(GatewayProcess gateway, String... commands) throws IOException, InterruptedException {
        return run(
                GatewayProcess.serverFolder().toAbsolutePath(),
                gateway.managementUrl(),
                gateway.dataDir(),
                List.of(commands));
    }

    /** As {@link #run(GatewayProcess, String...)}, for a server in {@code home}. The folder gets the script. */
    static String run(Path home, URI management, Path folder, List<String> commands)
            throws IOException, InterruptedException {
        return script(home, management, Files.write(folder.resolve("commands.cli"), commands));
    }

    /** Runs a script in the folder in which it lies. */
    static String script(Path home, URI management, Path script) throws IOException, InterruptedException {
        Path output = Files.createTempFile("server-cli", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                        home.resolve("bin/jboss-cli.sh").toString(),
                        "--connect",
                        "--controller=" + management.getAuthority(),
                        "--file=" + script.getFileName())
                .directory(script.toAbsolutePath().getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        Process cli = builder.start();
        try {
            boolean ended = cli.waitFor(SECONDS, TimeUnit.SECONDS);
            String printed = Files.readString(output);
            if (!ended || cli.exitValue() != 0) {
                throw new IllegalStateException("the command line failed: " + printed);
            }
            return printed;
        } finally {
            cli.destroyForcibly();
            Files.delete(output);
        }
    }
}
