package io.backfill.api.files;

import io.backfill.api.ExpiresAfter;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.multipart.Boundary;
import io.backfill.api.multipart.BoundedBody;
import io.backfill.api.multipart.Filename;
import io.backfill.api.multipart.Form;
import io.backfill.api.multipart.Form.BlobReceiver;
import io.backfill.api.multipart.MalformedForm;
import io.backfill.api.multipart.MultipartReader;
import io.backfill.errors.BackfillException;
import io.backfill.service.NewFile;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads the two forms that carry bytes: a whole file, and one part of an upload. */
final class FileForm {
    static final String FILE = "file";
    static final String DATA = "data";
    /** Bytes that a form may have besides the file: text fields, headers and ignored parts. */
    private static final long AROUND = 1024 * 1024;

    private static final String PURPOSE = "purpose";
    private static final String ANCHOR = "expires_after[anchor]";
    private static final String SECONDS = "expires_after[seconds]";

    private FileForm() {}

    /** Reads the form of {@code POST /v1/files} and passes at most {@code maxBytes} bytes of the file to {@code receiver}. */
    static Form readFile(ApiRequest request, long maxBytes, Consumer<InputStream> receiver) {
        BlobReceiver file = part -> receiver.accept(PartEncoding.ofFile(part));
        return read(request, FILE, maxBytes, file, Set.of(PURPOSE, ANCHOR, SECONDS));
    }

    /** Reads the form of {@code POST /v1/uploads/…/parts}. */
    static Form readPart(ApiRequest request, long maxBytes, Consumer<InputStream> receiver) {
        BlobReceiver piece = part -> receiver.accept(PartEncoding.ofPiece(part));
        return read(request, DATA, maxBytes, piece, Set.of());
    }

    private static Form read(
            ApiRequest request, String blob, long maxBytes, BlobReceiver receiver, Set<String> wantedTexts) {
        Boundary boundary = Boundary.of(request.header("Content-Type")).orElseThrow(MalformedForm::exception);
        BackfillException tooLarge = BoundedBody.tooLarge(blob);
        InputStream body = request.body(maxBytes + AROUND, tooLarge);
        MultipartReader reader = new MultipartReader(new BoundedBody(body, maxBytes + AROUND, tooLarge), boundary);
        return Form.read(reader, blob, receiver, wantedTexts);
    }

    /** Returns the description of the file that the text fields of the form give. */
    static NewFile describe(Form form) {
        return new NewFile(
                Filename.clean(form.blobName()),
                UploadPurpose.parse(form.text(PURPOSE)),
                ExpiresAfter.of("expires_after", filled(form.text(ANCHOR)), filled(form.text(SECONDS))));
    }

    private static Optional<String> filled(Optional<String> text) {
        return text.filter(value -> !value.isEmpty());
    }
}
