package io.backfill.wiring.settings;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** A setting that is a number of bytes: {@code 1048576}, {@code 512KiB}, {@code 64MiB}, {@code 8Gi}. */
public record ByteSize(long bytes) {
    private static final Pattern WITH_UNIT = Pattern.compile("([0-9]{1,15}) ?([KMGT])iB?");
    private static final String UNITS = "KMGT";
    private static final int BITS_PER_UNIT = 10;

    /** Makes the type known to MicroProfile Config. */
    public static final class FromText implements Converter<ByteSize> {
        private static final long serialVersionUID = 1L;

        @Override
        public ByteSize convert(String text) {
            Matcher size = WITH_UNIT.matcher(text);
            if (!size.matches()) {
                return new ByteSize(Long.parseLong(text));
            }
            long unit = 1L << (BITS_PER_UNIT * (UNITS.indexOf(size.group(2)) + 1));
            try {
                return new ByteSize(Math.multiplyExact(Long.parseLong(size.group(1)), unit));
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("more bytes than a 64-bit number can hold: " + text, e);
            }
        }
    }
}
