package io.backfill.files;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a file is used for. Only {@link #BATCH} affects processing; files of all other purposes are merely stored. */
public enum FilePurpose {
    FINE_TUNE("fine-tune", true),
    ASSISTANTS("assistants", true),
    BATCH("batch", true),
    USER_DATA("user_data", true),
    VISION("vision", true),
    EVALS("evals", true),
    ASSISTANTS_OUTPUT("assistants_output", false),
    BATCH_OUTPUT("batch_output", false),
    FINE_TUNE_RESULTS("fine-tune-results", false);

    private final String wireName;
    private final boolean uploadable;

    FilePurpose(String wireName, boolean uploadable) {
        this.wireName = wireName;
        this.uploadable = uploadable;
    }

    public String wireName() {
        return wireName;
    }

    /** Returns the purpose with this name if a client may assign it to an upload. */
    public static Optional<FilePurpose> uploadable(String wireName) {
        return of(wireName).filter(purpose -> purpose.uploadable);
    }

    public static Optional<FilePurpose> of(String wireName) {
        return Arrays.stream(values())
                .filter(purpose -> purpose.wireName.equals(wireName))
                .findFirst();
    }

    public static List<String> uploadableNames() {
        return Arrays.stream(values())
                .filter(purpose -> purpose.uploadable)
                .map(FilePurpose::wireName)
                .toList();
    }
}
