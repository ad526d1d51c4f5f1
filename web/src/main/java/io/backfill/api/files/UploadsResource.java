package io.backfill.api.files;

import io.backfill.api.ExpiresAfter;
import io.backfill.api.IntegerRange;
import io.backfill.api.Json;
import io.backfill.api.JsonFields;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.http.JsonBody;
import io.backfill.api.multipart.Filename;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileConfig;
import io.backfill.ids.PartId;
import io.backfill.ids.UploadId;
import io.backfill.service.ArrivingPart;
import io.backfill.service.NewFile;
import io.backfill.service.NewUpload;
import io.backfill.service.UploadService;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;

/** {@code /v1/uploads}. Uses field injection because RESTEasy requires a no-argument constructor. */
@Path("/v1/uploads")
@Dependent
public class UploadsResource {
    @Inject
    private UploadService uploads;

    @Inject
    private FileConfig config;

    @POST
    public Response create(@Context HttpServletRequest servletRequest) {
        ApiRequest request = ApiRequest.of(servletRequest);
        JsonFields fields = JsonBody.read(request).fields();
        String filename = Filename.clean(fields.string("filename"));
        String purpose = fields.string("purpose");
        long bytes = IntegerRange.check("bytes", fields.integer("bytes"), 1, config.maxUploadTotalBytes());
        NewUpload described = new NewUpload(
                new NewFile(
                        filename, UploadPurpose.parse(Optional.of(purpose)), ExpiresAfter.in(fields, "expires_after")),
                mimeType(fields),
                bytes);
        return Json.ok(UploadObject.of(uploads.create(request.tenant(), described)));
    }

    @POST
    @Path("{id}/parts")
    public Response addPart(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        try (ArrivingPart arriving = uploads.begin(request.tenant(), uploadId(id))) {
            FileForm.readPart(request, config.maxPartBytes(), arriving::receive);
            if (!arriving.received()) {
                throw UploadPurpose.missing(FileForm.DATA);
            }
            return Json.ok(PartObject.of(uploads.add(arriving)));
        }
    }

    @POST
    @Path("{id}/complete")
    public Response complete(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        UploadId upload = uploadId(id);
        JsonFields fields = JsonBody.read(request).fields();
        List<PartId> parts =
                fields.strings("part_ids").stream().map(UploadsResource::partId).toList();
        return Json.ok(
                UploadObject.of(uploads.complete(request.tenant(), upload, parts, fields.optionalString("md5"))));
    }

    @POST
    @Path("{id}/cancel")
    public Response cancel(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        return Json.ok(
                UploadObject.of(uploads.cancel(ApiRequest.of(servletRequest).tenant(), uploadId(id))));
    }

    private static String mimeType(JsonFields fields) {
        String mimeType = fields.string("mime_type");
        if (mimeType.length() > 255) {
            throw new BackfillException(
                    ErrorCode.STRING_ABOVE_MAX_LENGTH,
                    "Invalid 'mime_type': string too long. Expected a string with maximum length 255, but got a string with"
                            + " length " + mimeType.length() + " instead.",
                    "mime_type");
        }
        return mimeType;
    }

    private static UploadId uploadId(String id) {
        return UploadId.parse(id).orElseThrow(() -> UploadService.noSuchUpload(id));
    }

    private static PartId partId(String id) {
        return PartId.parse(id)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.INVALID_REQUEST, "'" + id + "' is not the id of a part.", "part_ids"));
    }
}
