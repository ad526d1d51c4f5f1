package io.backfill.wiring.settings;

import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.config.spi.Converter;

/** A setting that is a list with commas. Spaces around names, and empty names, do not count. */
public record NameList(List<String> names) {
    public NameList {
        names = List.copyOf(names);
    }

    /** Makes the type known to MicroProfile Config, whose own lists keep spaces. */
    public static final class FromText implements Converter<NameList> {
        private static final long serialVersionUID = 1L;

        @Override
        public NameList convert(String text) {
            return new NameList(Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .toList());
        }
    }
}
