package io.backfill.benchmarks.bare;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Copies a file through a socket of this machine: the minimum work of an upload. */
public final class SocketCopy {
    private static final int PIECE = 64 << 10;

    private SocketCopy() {}

    /** Copies {@code from} to {@code to}. Returns when all bytes are written and forced. */
    public static void copy(Path from, Path to) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ExecutorService receivers = Executors.newSingleThreadExecutor()) {
            Future<?> received = receivers.submit(() -> {
                receive(server, to);
                return to;
            });
            try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                    InputStream in = new FileInputStream(from.toFile())) {
                pump(in, socket.getOutputStream());
            }
            received.get();
        } catch (ExecutionException failed) {
            throw new IOException("the copy failed", failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private static void receive(ServerSocket server, Path to) throws IOException {
        try (Socket socket = server.accept();
                FileOutputStream out = new FileOutputStream(to.toFile())) {
            pump(socket.getInputStream(), out);
            out.getFD().sync();
        }
    }

    private static void pump(InputStream in, OutputStream out) throws IOException {
        byte[] piece = new byte[PIECE];
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            out.write(piece, 0, read);
        }
    }
}
