package io.backfill.requests;

import java.util.Optional;

/** Recognizes by their first bytes files that are not lines of UTF-8, so that the error message can name the format. */
public enum InputForm {
    GZIP("compressed with gzip", 0x1F, 0x8B),
    ZSTD("compressed with Zstandard", 0x28, 0xB5, 0x2F, 0xFD),
    XZ("compressed with xz", 0xFD, 0x37, 0x7A, 0x58, 0x5A),
    BZIP2("compressed with bzip2", 'B', 'Z', 'h'),
    ZIP("a ZIP archive", 'P', 'K', 0x03, 0x04),
    UTF_32_LE("encoded in UTF-32", 0xFF, 0xFE, 0, 0),
    UTF_32_BE("encoded in UTF-32", 0, 0, 0xFE, 0xFF),
    UTF_16_LE("encoded in UTF-16", 0xFF, 0xFE),
    UTF_16_BE("encoded in UTF-16", 0xFE, 0xFF),
    UTF_16_LE_UNMARKED("encoded in UTF-16", '{', 0),
    UTF_16_BE_UNMARKED("encoded in UTF-16", 0, '{');

    private final String what;
    private final byte[] beginning;

    InputForm(String what, int... beginning) {
        this.what = what;
        this.beginning = new byte[beginning.length];
        for (int i = 0; i < beginning.length; i++) {
            this.beginning[i] = (byte) beginning[i];
        }
    }

    /** Returns a text that completes the sentence "The file is ..." for users. */
    public String what() {
        return what;
    }

    /** Returns the form of the file that begins with this line, or empty if it may consist of lines of UTF-8. */
    public static Optional<InputForm> of(Line first) {
        for (InputForm form : values()) {
            if (form.begins(first)) {
                return Optional.of(form);
            }
        }
        return Optional.empty();
    }

    private boolean begins(Line first) {
        if (first.length() < beginning.length) {
            return false;
        }
        for (int i = 0; i < beginning.length; i++) {
            if (first.buffer()[first.start() + i] != beginning[i]) {
                return false;
            }
        }
        return true;
    }
}
