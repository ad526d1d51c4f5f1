package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system of a few megabytes in memory, which can be filled and freed. Requires Linux and root. */
public final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 4096;

    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** Returns whether this user can mount one on this machine. */
    public static boolean available() throws IOException {
        Path trial = Files.createTempDirectory("backfill-it-disk");
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", trial.toString());
        if (mounted) {
            run("umount", trial.toString());
        }
        Files.delete(trial);
        return mounted;
    }

    /** Creates {@code root} and mounts the file system there. */
    public static SmallDisk mount(Path root, int megabytes) throws IOException {
        Files.createDirectories(root);
        if (!run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", root.toString())) {
            throw new IOException("cannot mount a tmpfs at " + root);
        }
        return new SmallDisk(root);
    }

    private static boolean run(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException noSuchCommand) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public Path root() {
        return root;
    }

    /** Fills all space except the last {@code megabytes}. */
    public void fill(int megabytes) throws IOException {
        free();
        long left = Files.getFileStore(root).getUsableSpace() - (long) megabytes * 1024 * 1024;
        byte[] block = new byte[BLOCK];
        try (OutputStream ballast = Files.newOutputStream(ballast())) {
            for (; left > 0 || megabytes == 0; left -= BLOCK) {
                ballast.write(block);
            }
        } catch (IOException full) {
            if (megabytes > 0) {
                throw full;
            }
        }
    }

    /** Frees the space. */
    public void free() throws IOException {
        Files.deleteIfExists(ballast());
    }

    private Path ballast() {
        return root.resolve("ballast");
    }

    @Override
    public void close() throws IOException {
        if (!run("umount", root.toString()) && !run("umount", "-l", root.toString())) {
            throw new IOException("cannot unmount " + root);
        }
    }
}
