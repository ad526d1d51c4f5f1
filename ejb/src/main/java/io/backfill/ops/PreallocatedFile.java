package io.backfill.ops;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A file whose disk blocks are allocated beyond its end, by Linux's {@code fallocate} with {@code FALLOC_FL_KEEP_SIZE}. The
 * descriptor stays open for the lifetime of the process: by POSIX, closing it would release every lock that the process holds
 * on the file.
 */
final class PreallocatedFile {
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int KEEP_SIZE = 1;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;

    private final int descriptor;
    private final MethodHandle fallocate;

    private PreallocatedFile(int descriptor, MethodHandle fallocate) {
        this.descriptor = descriptor;
        this.fallocate = fallocate;
    }

    /** @throws UnsupportedOperationException if the operating system has no such call */
    static PreallocatedFile open(Path file) throws IOException {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            throw new UnsupportedOperationException("blocks beyond the end of a file can be allocated on Linux only");
        }
        Linker linker = Linker.nativeLinker();
        SymbolLookup system = linker.defaultLookup();
        MethodHandle open = linker.downcallHandle(
                symbol(system, "open"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, POINTER, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        MethodHandle fallocate = linker.downcallHandle(
                symbol(system, "fallocate"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG));
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) open.invokeExact(arena.allocateFrom(file.toString()), O_RDWR | O_CLOEXEC);
            if (descriptor < 0) {
                throw new IOException("the file could not be opened");
            }
            return new PreallocatedFile(descriptor, fallocate);
        } catch (IOException refused) {
            throw refused;
        } catch (Throwable unexpected) {
            throw new IOException("open() could not be called", unexpected);
        }
    }

    private static MemorySegment symbol(SymbolLookup system, String name) {
        return system.find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no function " + name));
    }

    /**
     * Allocates blocks for the first {@code bytes} of the file without changing its size. Returns at once when they are
     * already allocated.
     */
    void allocate(long bytes) throws IOException {
        int refused;
        try {
            refused = (int) fallocate.invokeExact(descriptor, KEEP_SIZE, 0L, bytes);
        } catch (Throwable unexpected) {
            throw new IOException("fallocate() could not be called", unexpected);
        }
        if (refused != 0) {
            throw new IOException("the file system does not support fallocate() or is full");
        }
    }
}
