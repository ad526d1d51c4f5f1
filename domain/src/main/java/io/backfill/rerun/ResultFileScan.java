package io.backfill.rerun;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import io.backfill.ids.LineId;
import io.backfill.requests.StrictJson;
import io.backfill.results.NotRunReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads a result file once, without keeping its lines. Memory does not depend on the length of a line. */
final class ResultFileScan {
    private ResultFileScan() {}

    /**
     * A line of the file.
     *
     * @param number physical line number of the request in the input
     * @param ran whether the request was sent, as far as is known
     * @param start position of the first byte
     * @param end position behind the LF
     */
    record Found(int number, boolean ran, long start, long end) {}

    @FunctionalInterface
    interface Lines {
        void take(Found line) throws IOException;
    }

    static void read(FileStore store, FileId file, Lines lines) throws IOException {
        try (BlobReader blob = store.open(StoredFile.key(file));
                InputStream in = blob.stream(0, blob.size());
                JsonParser json = StrictJson.ENCLOSING_FACTORY.createParser(in)) {
            long start = 0;
            while (json.nextToken() == JsonToken.START_OBJECT) {
                int number = -1;
                boolean ran = true;
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    JsonToken value = json.nextToken();
                    if (name.equals("id")) {
                        number = LineId.lineAt(json.getText().getBytes(StandardCharsets.US_ASCII), 0);
                    } else if (name.equals("error") && value == JsonToken.START_OBJECT) {
                        ran = !isOfALineThatNeverRan(json);
                    } else {
                        json.skipChildren();
                    }
                }
                // the LF follows, because the gateway itself writes these lines
                long end = json.currentLocation().getByteOffset() + 1;
                if (number < 0) {
                    throw new IOException(file + " has a line without the id of a request, at byte " + start);
                }
                lines.take(new Found(number, ran, start, end));
                start = end;
            }
        }
    }

    private static boolean isOfALineThatNeverRan(JsonParser error) throws IOException {
        boolean never = false;
        for (String name = error.nextFieldName(); name != null; name = error.nextFieldName()) {
            JsonToken value = error.nextToken();
            if (name.equals("code") && value == JsonToken.VALUE_STRING) {
                never = NotRunReason.ofCode(error.getText()).isPresent();
            } else {
                error.skipChildren();
            }
        }
        return never;
    }
}
