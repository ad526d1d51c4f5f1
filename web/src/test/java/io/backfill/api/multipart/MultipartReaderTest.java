package io.backfill.api.multipart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.api.testing.FormBody;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartReaderTest {
    private static final String LINES = "{\"a\":1}\r\n{\"b\":2}\n";

    private record Read(String name, Optional<String> filename, String content) {}

    private static List<Read> readAll(MultipartReader reader) throws IOException {
        List<Read> parts = new ArrayList<>();
        for (Optional<Part> next = reader.next(); next.isPresent(); next = reader.next()) {
            Part part = next.get();
            String content = new String(part.body().readAllBytes(), StandardCharsets.UTF_8);
            parts.add(new Read(part.name(), part.filename(), content));
        }
        return parts;
    }

    /** Reads the form in pieces of all relevant sizes. Every reading must give the same result. */
    private static List<Read> readAll(String contentType, byte[] body) throws IOException {
        Boundary boundary = Boundary.of(Optional.of(contentType)).orElseThrow();
        List<Read> whole = readAll(new MultipartReader(new ByteArrayInputStream(body), boundary));
        for (int largest = 1; largest <= 100; largest++) {
            InputStream dribbling = new DribblingStream(body, largest, new Random(largest));
            assertThat(readAll(new MultipartReader(dribbling, boundary))).isEqualTo(whole);
        }
        return whole;
    }

    private static Read text(String name, String value) {
        return new Read(name, Optional.empty(), value);
    }

    private static Read file(String filename, String content) {
        return new Read("file", Optional.of(filename), content);
    }

    @Test
    void pythonsFormShouldBeRead() throws IOException {
        FormBody form = new FormBody("6e6f74206120626f756e64617279206174")
                .text("purpose", "batch")
                .text("expires_after[anchor]", "created_at")
                .text("expires_after[seconds]", "3600")
                .file("übung %22x%22.jsonl", LINES);
        assertThat(readAll(form.contentType(), form.closed()))
                .containsExactly(
                        text("purpose", "batch"),
                        text("expires_after[anchor]", "created_at"),
                        text("expires_after[seconds]", "3600"),
                        file("übung \"x\".jsonl", LINES));
    }

    @Test
    void nodesStreamShouldBeRead() throws IOException {
        FormBody form = new FormBody("openai-k3j4h5g6f7")
                .part(
                        "Content-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n"
                                + "Content-Type: application/octet-stream",
                        LINES.getBytes(StandardCharsets.UTF_8))
                .text("purpose", "batch");
        assertThat(readAll(form.contentType(), form.closed("")))
                .containsExactly(file("a.jsonl", LINES), text("purpose", "batch"));
    }

    @Test
    void nodesBlobShouldBeRead() throws IOException {
        FormBody form = new FormBody("----formdata-undici-012345678901")
                .text("purpose", "batch")
                .file("unknown_file", "x");
        assertThat(readAll(form.contentType(), form.closed()))
                .containsExactly(text("purpose", "batch"), file("unknown_file", "x"));
    }

    @Test
    void oldNodesEpilogueShouldBeIgnored() throws IOException {
        FormBody form = new FormBody("form-data-boundary-x1y2").file("a", LINES).text("purpose", "batch");
        assertThat(readAll(form.contentType(), form.closed("\r\n\r\nanything --form-data-boundary-x1y2\r\n")))
                .containsExactly(file("a", LINES), text("purpose", "batch"));
    }

    @Test
    void javasFormShouldBeRead() throws IOException {
        FormBody form = new FormBody("8f14e45f-ceea-467f-a8f1-3e5b7d6a1c2b")
                .part(
                        "Content-Disposition: form-data; name=\"file\"\r\nContent-Type: application/octet-stream\r\n"
                                + "Content-Transfer-Encoding: binary",
                        LINES.getBytes(StandardCharsets.UTF_8))
                .part(
                        "Content-Disposition: form-data; name=\"purpose\"\r\nContent-Type: text/plain; charset=utf-8",
                        "batch".getBytes(StandardCharsets.UTF_8));
        assertThat(readAll(form.contentType(), form.closed()))
                .containsExactly(text("file", LINES), text("purpose", "batch"));
    }

    @Test
    void gosAndOldCurlsEscapesShouldBeUndone() throws IOException {
        FormBody form = new FormBody("------------------------d74496d66958873e").file("a \\\"b\\\" c\\\\d.jsonl", "x");
        assertThat(readAll(form.contentType(), form.closed())).containsExactly(file("a \"b\" c\\d.jsonl", "x"));
    }

    @Test
    void extendedFilenameShouldWin() throws IOException {
        FormBody form = new FormBody()
                .part(
                        "content-disposition:form-data;name=file; filename=\"_.jsonl\"; filename*=UTF-8''%E6%B5%8B.jsonl",
                        new byte[0])
                .part(
                        "Content-Disposition: form-data; name=\"file\"; filename=\"kept\"; filename*=UTF-8''%zz",
                        new byte[0]);
        assertThat(readAll(form.contentType(), form.closed())).containsExactly(file("测.jsonl", ""), file("kept", ""));
    }

    @Test
    void preambleAndPaddingShouldBeIgnored() throws IOException {
        byte[] body =
                ("To whom it may concern\r\n--b \t\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--")
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(readAll("multipart/form-data; boundary=b", body)).containsExactly(text("a", "1"));
    }

    @Test
    void foldedHeaderShouldBeRead() throws IOException {
        FormBody form = new FormBody()
                .part("X-First: 1\r\nContent-Disposition: form-data;\r\n name=\"a\";\r\n\tfilename=\"f\"", new byte[0]);
        assertThat(readAll(form.contentType(), form.closed())).containsExactly(new Read("a", Optional.of("f"), ""));
    }

    @Test
    void contentThatBeginsLikeADelimiterShouldStayContent() throws IOException {
        String content = "\r\n--b\r--bb\r\n--\r\n-\r\n--bx--\r\n\r\n--b";
        byte[] body = ("--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + content
                        + "\r\n--b0x\r\n--b0\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n\r\n--b0--")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(readAll("multipart/form-data; boundary=b0", body))
                .containsExactly(text("a", content + "\r\n--b0x"), text("c", ""));
    }

    @Test
    void partThatIsNotReadShouldBeSkipped() {
        FormBody form = new FormBody().file("a", "x".repeat(200_000)).text("purpose", "batch");
        MultipartReader reader = new MultipartReader(
                new ByteArrayInputStream(form.closed()),
                Boundary.of(Optional.of(form.contentType())).orElseThrow());
        assertThat(reader.next()).map(Part::name).contains("file");
        assertThat(reader.next()).map(Part::name).contains("purpose");
        assertThat(reader.next()).isEmpty();
        assertThat(reader.next()).isEmpty();
    }

    /** Parses the form in the simplest way, with the whole body in memory. */
    private static List<String> naive(byte[] body, String boundary) {
        String text = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
        List<String> contents = new ArrayList<>();
        String[] pieces = text.split("\r\n--" + boundary + "(?=[-\r \t])", -1);
        for (int i = 1; i < pieces.length && !pieces[i].startsWith("--"); i++) {
            contents.add(pieces[i].substring(pieces[i].indexOf("\r\n\r\n") + 4));
        }
        return contents;
    }

    @Test
    void randomContentsShouldBeReadAsTheObviousWayReadsThem() throws IOException {
        Random random = new Random(42);
        byte[] alphabet = {'\r', '\n', '-', '-', 'b', 'c', 0, (byte) 0xFF};
        for (int round = 0; round < 500; round++) {
            FormBody form = new FormBody("bcb");
            for (int part = random.nextInt(4); part >= 0; part--) {
                // occasionally close to the size of the window
                byte[] content = new byte[round % 20 == 0 ? 65_536 - 100 + random.nextInt(200) : random.nextInt(60)];
                for (int i = 0; i < content.length; i++) {
                    content[i] = alphabet[random.nextInt(alphabet.length)];
                }
                // avoids content that looks like the boundary, as clients must
                String safe = new String(content, StandardCharsets.ISO_8859_1).replace("--bcb", "--bcc");
                form.part("Content-Disposition: form-data; name=\"p\"", safe.getBytes(StandardCharsets.ISO_8859_1));
            }
            byte[] body = form.closed();
            MultipartReader reader = new MultipartReader(
                    new DribblingStream(body, round % 20 == 0 ? 40_000 : 1 + round % 50, random), new Boundary("bcb"));
            List<String> contents = new ArrayList<>();
            for (Optional<Part> part = reader.next(); part.isPresent(); part = reader.next()) {
                contents.add(readInOddPieces(part.get().body(), random));
            }
            assertThat(contents).as("round %d", round).isEqualTo(naive(body, "bcb"));
        }
    }

    private static String readInOddPieces(InputStream in, Random random) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[70_000];
        for (int read = 0; read >= 0; read = in.read(buffer, 5, 1 + random.nextInt(69_000))) {
            out.write(buffer, 5, read);
        }
        assertThat(in.read()).isEqualTo(-1);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void everyTruncationShouldBeNoticed() {
        FormBody form = new FormBody("b").file("a", LINES).text("purpose", "batch");
        byte[] body = form.closed("");
        for (int length = 0; length < body.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(body, length);
            assertThatThrownBy(() -> readAll(new MultipartReader(new ByteArrayInputStream(cut), new Boundary("b"))))
                    .isInstanceOfSatisfying(
                            BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
                "--b\r\n\r\nx\r\n--b--",
                "--b-\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--",
                "--b x\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--",
                "no form at all",
                ""
            })
    void whatIsNoFormShouldBeRefused(String body) {
        assertThatThrownBy(() -> readAll(new MultipartReader(
                        new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)), new Boundary("b"))))
                .isInstanceOf(BackfillException.class)
                .hasMessage("Invalid multipart form data.");
    }

    @Test
    void endlessHeadersShouldBeRefused() {
        InputStream endless = new InputStream() {
            private int position;

            @Override
            public int read() {
                return position < 5 ? "--b\r\n".charAt(position++) : 'x';
            }
        };
        assertThatThrownBy(() -> new MultipartReader(endless, new Boundary("b")).next())
                .hasMessage("Invalid multipart form data.");
    }

    @Test
    void connectionThatFailsShouldBeTheClientsProblem() {
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("reset");
            }
        };
        assertThatThrownBy(() -> new MultipartReader(failing, new Boundary("b")).next())
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasRootCauseMessage("reset");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=abc",
                "multipart/form-data;boundary=\"abc\"",
                "Multipart/Form-Data; charset=utf-8; Boundary=abc",
                "multipart/form-data; boundary=abc; charset=utf-8"
            })
    void boundaryShouldBeFound(String contentType) {
        assertThat(Boundary.of(Optional.of(contentType))).contains(new Boundary("abc"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/mixed; boundary=abc",
                "application/json",
                "text/plain; boundary=abc",
                ";",
                "="
            })
    void whatNamesNoBoundaryShouldBeNoForm(String contentType) {
        assertThat(Boundary.of(Optional.of(contentType))).isEmpty();
    }
}
