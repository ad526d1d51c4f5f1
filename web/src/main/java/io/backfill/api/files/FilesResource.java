package io.backfill.api.files;

import io.backfill.api.Deleted;
import io.backfill.api.Json;
import io.backfill.api.ListPage;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.multipart.Form;
import io.backfill.files.FileConfig;
import io.backfill.files.FilePurpose;
import io.backfill.files.FileQuery;
import io.backfill.files.StoredFile;
import io.backfill.ids.FileId;
import io.backfill.service.ArrivingFile;
import io.backfill.service.FileService;
import io.backfill.service.Page;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** {@code /v1/files}. Uses field injection because RESTEasy requires a no-argument constructor. */
@Path("/v1/files")
@Dependent
public class FilesResource {
    @Inject
    private FileService files;

    @Inject
    private FileConfig config;

    @POST
    public Response upload(@Context HttpServletRequest servletRequest) {
        ApiRequest request = ApiRequest.of(servletRequest);
        try (ArrivingFile arriving = files.begin(request.tenant())) {
            Form form = FileForm.readFile(request, config.maxUploadBytes(), arriving::receive);
            if (!arriving.received()) {
                throw UploadPurpose.missing(FileForm.FILE);
            }
            StoredFile file = files.store(arriving, FileForm.describe(form));
            return Json.ok(FileObject.of(file));
        }
    }

    @GET
    public Response list(
            @Context HttpServletRequest servletRequest,
            @QueryParam("limit") @DefaultValue("") String limit,
            @QueryParam("order") @DefaultValue("") String order,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("purpose") @DefaultValue("") String purpose) {
        ApiRequest request = ApiRequest.of(servletRequest);
        Optional<FilePurpose> wanted = FilePurpose.of(purpose);
        FileQuery query = FileQueryParser.parse(limit, order, after, wanted, config.maxListLimit());
        // an unknown purpose matches no file
        Page<StoredFile> page = wanted.isEmpty() && !purpose.isEmpty()
                ? new Page<>(List.of(), false)
                : files.list(request.tenant(), query);
        return Json.ok(ListPage.of(page, FileObject::of, FileObject::id));
    }

    @GET
    @Path("{id}")
    public Response get(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        return Json.ok(FileObject.of(files.get(ApiRequest.of(servletRequest).tenant(), fileId(id))));
    }

    @DELETE
    @Path("{id}")
    public Response delete(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        files.delete(ApiRequest.of(servletRequest).tenant(), fileId(id));
        return Json.ok(new Deleted(id, "file", true));
    }

    @GET
    @Path("{id}/content")
    public Response content(@Context HttpServletRequest servletRequest, @PathParam("id") String id) throws IOException {
        ApiRequest request = ApiRequest.of(servletRequest);
        return FileDownload.get(files.content(request.tenant(), fileId(id)), request);
    }

    @HEAD
    @Path("{id}/content")
    public Response contentHead(@Context HttpServletRequest servletRequest, @PathParam("id") String id)
            throws IOException {
        ApiRequest request = ApiRequest.of(servletRequest);
        return FileDownload.head(files.content(request.tenant(), fileId(id)), request);
    }

    private static FileId fileId(String id) {
        return FileId.parse(id).orElseThrow(() -> FileService.noSuchFile(id));
    }
}
