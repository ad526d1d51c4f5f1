package io.backfill.api.files;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FilePurpose;
import java.util.Optional;
import java.util.stream.Collectors;

/** Validates the purpose that a client gives an upload. */
final class UploadPurpose {
    private static final String PURPOSE = "purpose";

    private UploadPurpose() {}

    static FilePurpose parse(Optional<String> sent) {
        String name = sent.filter(text -> !text.isEmpty()).orElseThrow(() -> missing(PURPOSE));
        return FilePurpose.uploadable(name).orElseThrow(() -> notOneOf(name));
    }

    /** Returns the error for a form without part {@code name}. */
    static BackfillException missing(String name) {
        return new BackfillException(ErrorCode.INVALID_REQUEST, "'" + name + "' is a required property", name);
    }

    private static BackfillException notOneOf(String name) {
        String known = FilePurpose.uploadableNames().stream()
                .map(purpose -> "'" + purpose + "'")
                .collect(Collectors.joining(", "));
        return new BackfillException(
                ErrorCode.INVALID_VALUE, "'" + name + "' is not one of [" + known + "] - 'purpose'", PURPOSE);
    }
}
