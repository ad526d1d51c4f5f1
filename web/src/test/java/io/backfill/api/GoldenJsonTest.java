package io.backfill.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.api.batches.BatchObject;
import io.backfill.api.errors.ErrorAnswer;
import io.backfill.api.files.FileObject;
import io.backfill.api.files.PartObject;
import io.backfill.api.files.UploadObject;
import io.backfill.api.models.ModelsResource.ModelList;
import io.backfill.api.models.ModelsResource.ModelObject;
import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.BatchTransitions;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.Forecast;
import io.backfill.batches.LineError;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.SealedHeaders;
import io.backfill.batches.Usage;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FilePurpose;
import io.backfill.files.StoredFile;
import io.backfill.files.Upload;
import io.backfill.files.UploadPart;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.PartId;
import io.backfill.ids.UploadId;
import io.backfill.service.Page;
import io.backfill.service.UploadState;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Compares the wire format with files. A change here is a change for every client. */
class GoldenJsonTest {
    private static final TenantId TENANT = new TenantId("a");
    private static final Instant CREATED = Instant.ofEpochSecond(1_790_705_881);
    private static final StoredFile FILE = new StoredFile(
            new FileId("file-6abc00d9000000000000000000000001"),
            TENANT,
            "übung \"x\" 测试.jsonl",
            FilePurpose.BATCH,
            170,
            CREATED,
            Optional.of(CREATED.plusSeconds(2_592_000)));

    private static void check(String name, Object object) throws IOException {
        try (InputStream golden = GoldenJsonTest.class.getResourceAsStream("/golden/" + name + ".json")) {
            assertThat(golden).as("golden/%s.json", name).isNotNull();
            assertThat(new String(Json.bytes(object), StandardCharsets.UTF_8))
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Batch created() {
        BatchSpec spec = new BatchSpec(
                FILE.id().value(),
                "/v1/chat/completions",
                CompletionWindow.parse("24h").orElseThrow(),
                Optional.empty(),
                Optional.empty());
        return Batch.created(
                new BatchId("batch_6abc00d9000000000000000000000001"), TENANT, spec, CREATED, SealedHeaders.NONE);
    }

    @Test
    void fileShouldLookTheSame() throws IOException {
        check("file", FileObject.of(FILE));
    }

    @Test
    void fileThatIsKeptShouldLookTheSame() throws IOException {
        check(
                "file-kept",
                FileObject.of(new StoredFile(
                        FILE.id(), TENANT, "upload", FilePurpose.USER_DATA, 1L << 40, CREATED, Optional.empty())));
    }

    @Test
    void deletedShouldLookTheSame() throws IOException {
        check("deleted", new Deleted(FILE.id().value(), "file", true));
    }

    @Test
    void listShouldLookTheSame() throws IOException {
        check("list", ListPage.of(new Page<>(List.of(FILE), true), FileObject::of, FileObject::id));
    }

    @Test
    void emptyListShouldLookTheSame() throws IOException {
        check("list-empty", ListPage.of(new Page<StoredFile>(List.of(), false), FileObject::of, FileObject::id));
    }

    @Test
    void uploadShouldLookTheSame() throws IOException {
        Upload upload = new Upload(
                new UploadId("upload_6abc00d9000000000000000000000001"),
                TENANT,
                "a.jsonl",
                FilePurpose.BATCH,
                "application/jsonl",
                170,
                Optional.empty(),
                CREATED,
                Upload.State.PENDING,
                Optional.empty());
        check("upload-pending", UploadObject.of(new UploadState(upload, false, Optional.empty())));
        check("upload-expired", UploadObject.of(new UploadState(upload, true, Optional.empty())));
        Upload completed = new Upload(
                upload.id(),
                TENANT,
                "a.jsonl",
                FilePurpose.BATCH,
                "application/jsonl",
                170,
                Optional.empty(),
                CREATED,
                Upload.State.COMPLETED,
                Optional.of(FILE.id()));
        check("upload-completed", UploadObject.of(new UploadState(completed, false, Optional.of(FILE))));
        check(
                "part",
                PartObject.of(
                        new UploadPart(new PartId("part_6abc00d9000000000000000000000001"), upload.id(), 64, CREATED)));
    }

    @Test
    void newBatchShouldLookTheSame() throws IOException {
        check("batch-validating", BatchObject.of(created()));
    }

    @Test
    void failedBatchShouldLookTheSame() throws IOException {
        BatchEvent refused = new BatchEvent.Refused(List.of(
                LineError.ofLine(3, "invalid_json_line", "This line is not parseable as valid JSON.", ""),
                LineError.ofFile("invalid_request", "Cannot find file file-x.", "file_id")));
        check("batch-failed", BatchObject.of(BatchTransitions.apply(created(), refused, CREATED.plusSeconds(2))));
    }

    @Test
    void completedBatchShouldLookTheSame() throws IOException {
        BatchSpec spec = new BatchSpec(
                FILE.id().value(),
                "/v1/chat/completions",
                CompletionWindow.parse("90m").orElseThrow(),
                Optional.of(Map.of("team", "red")),
                Optional.empty());
        Batch batch = Batch.created(created().id(), TENANT, spec, CREATED, SealedHeaders.NONE);
        ResultFiles files = ResultFiles.reserved(
                new FileId("file-6abc0161000000000000000000000002"),
                new FileId("file-6abc0161000000000000000000000003"));
        batch = BatchTransitions.apply(
                batch, new BatchEvent.Planned(10, Optional.of("tiny-sim")), CREATED.plusSeconds(1));
        batch = BatchTransitions.apply(batch, new BatchEvent.AssemblyBegun(files, true), CREATED.plusSeconds(136));
        BatchEvent assembled = new BatchEvent.Assembled(
                new RequestCounts(10, 9, 1), Optional.of(new Usage(100, 40, 50, 5, 150)), files.made(true, true));
        batch = BatchTransitions.apply(batch, assembled, CREATED.plusSeconds(138));
        batch = batch.withForecast(new Forecast(OptionalDouble.of(0.51239), true, Optional.of(CREATED)));
        check("batch-completed", BatchObject.of(batch));
    }

    @Test
    void cancelledBatchShouldLookTheSame() throws IOException {
        Batch batch = BatchTransitions.apply(created(), new BatchEvent.CancelRequested(), CREATED.plusSeconds(5));
        batch = BatchTransitions.apply(batch, new BatchEvent.EndedUnplanned(), CREATED.plusSeconds(6));
        check("batch-cancelled", BatchObject.of(batch));
    }

    @Test
    void modelsShouldLookTheSame() throws IOException {
        ModelObject model = new ModelObject("meta/llama-3:8b", "model", CREATED.getEpochSecond(), "backfill");
        check("model", model);
        check("models", new ModelList("list", List.of(model)));
    }

    private static Object error(Throwable failure) {
        return ErrorAnswer.of(failure, "POST", "/v1/x", "req_0").body();
    }

    @Test
    void errorsShouldLookTheSame() throws IOException {
        check(
                "error-param-and-code",
                error(new BackfillException(ErrorCode.INVALID_VALUE, "Invalid \"x\".", "endpoint")));
        check("error-plain", error(new BackfillException(ErrorCode.CONFLICT, "Cannot cancel.")));
        check("error-404", error(new jakarta.ws.rs.NotFoundException()));
        check("error-401", error(new BackfillException(ErrorCode.INVALID_API_KEY, "Incorrect API key provided.")));
        check("error-413", error(new BackfillException(ErrorCode.TOO_LARGE, "File is too large.", "file")));
        check("error-429", error(new BackfillException(ErrorCode.RATE_LIMIT_EXCEEDED, "Rate limit reached.")));
        check("error-500", error(new IllegalStateException("secret")));
        check("error-503", error(new BackfillException(ErrorCode.UNAVAILABLE, "Please try again.")));
    }
}
