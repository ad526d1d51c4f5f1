package io.backfill.it.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The server's own command line, as an operator on the same machine uses it. */
public final class ServerCli {
    private static final int SECONDS = 60;

    private ServerCli() {}

    /** Runs the commands in this order, all of which must succeed, and returns what they print. */
    public static String run(GatewayProcess gateway, String... commands) throws IOException, InterruptedException {
        Path script = Files.write(gateway.dataDir().resolve("commands.cli"), List.of(commands));
        Path output = gateway.dataDir().resolve("commands.log");
        ProcessBuilder builder = new ProcessBuilder(
                        GatewayProcess.serverFolder()
                                .toAbsolutePath()
                                .resolve("bin/jboss-cli.sh")
                                .toString(),
                        "--connect",
                        "--controller=" + gateway.managementUrl().getAuthority(),
                        "--file=" + script)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
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
        }
    }
}
