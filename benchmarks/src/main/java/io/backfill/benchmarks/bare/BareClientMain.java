package io.backfill.benchmarks.bare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Sends all bodies of a file of requests once for every line read from standard input, then prints a line. Holds all bodies in
 * memory and discards the answers.
 */
public final class BareClientMain {
    /** Printed when a round is complete; any other output is an error message. */
    public static final String DONE = "done";

    private BareClientMain() {}

    /** @param arguments URL of the server, path of the calls, file of the lines, number of threads, HTTP library */
    public static void main(String[] arguments) throws IOException {
        URI server = URI.create(arguments[0]);
        List<byte[]> bodies = RequestBodies.read(Path.of(arguments[2]));
        BareSender.Library library = BareSender.Library.valueOf(arguments[4]);
        try (BareSenders senders = new BareSenders(library, server, arguments[1], Integer.parseInt(arguments[3]));
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(DONE);
            while (orders.readLine() != null) {
                senders.sendAll(bodies);
                System.out.println(DONE);
            }
        }
    }
}
