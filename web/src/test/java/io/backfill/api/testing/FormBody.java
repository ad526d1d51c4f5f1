package io.backfill.api.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A form whose every byte the test determines. */
public final class FormBody {
    private final String boundary;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public FormBody() {
        this("0123456789abcdef0123456789abcdef");
    }

    public FormBody(String boundary) {
        this.boundary = boundary;
    }

    /** Adds a text part as the clients for Python and Node.js and curl send it. */
    public FormBody text(String name, String value) {
        return part("Content-Disposition: form-data; name=\"" + name + "\"", value.getBytes(StandardCharsets.UTF_8));
    }

    public FormBody file(String filename, byte[] content) {
        return part(
                "Content-Disposition: form-data; name=\"file\"; filename=\"" + filename
                        + "\"\r\nContent-Type: application/octet-stream",
                content);
    }

    public FormBody file(String filename, String content) {
        return file(filename, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a part with the headers as given. */
    public FormBody part(String headers, byte[] content) {
        raw("--" + boundary + "\r\n" + headers + "\r\n\r\n");
        bytes.writeBytes(content);
        return raw("\r\n");
    }

    public FormBody raw(String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public byte[] closed() {
        return closed("\r\n");
    }

    public byte[] closed(String epilogue) {
        raw("--" + boundary + "--" + epilogue);
        return open();
    }

    /** Returns the form without its closing delimiter. */
    public byte[] open() {
        return bytes.toByteArray();
    }

    public String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }
}
