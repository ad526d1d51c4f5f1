package io.backfill.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.SealedHeaders;
import io.backfill.files.directory.FileForce;
import io.backfill.ids.BatchId;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeaderSealTest {
    private static final BatchId BATCH = new BatchId("batch_0123456789abcdef0123456789abcdef");
    private static final BatchId OTHER = new BatchId("batch_fedcba9876543210fedcba9876543210");
    private static final Map<String, String> HEADERS =
            Map.of("Authorization", "Bearer sk-secret", "X-Ü", "日本", "X-Empty", "");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void makeKey() throws IOException {
        file = folder.resolve("keys/headers.key");
        HeaderSeal.create(file);
    }

    @Test
    void openShouldGiveWhatWasSealed() throws IOException {
        SealedHeaders sealed = HeaderSeal.load(file).seal(BATCH, HEADERS);

        assertThat(HeaderSeal.load(file).open(BATCH, sealed)).isEqualTo(HEADERS);
        assertThat(new String(sealed.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("secret", "Authorization");
    }

    @Test
    void sealShouldNeverGiveTheSameBytesTwice() throws IOException {
        HeaderSeal seal = HeaderSeal.load(file);

        assertThat(seal.seal(BATCH, HEADERS)).isNotEqualTo(seal.seal(BATCH, HEADERS));
    }

    @Test
    void noHeadersShouldBeNothingSealed() throws IOException {
        HeaderSeal seal = HeaderSeal.load(file);

        assertThat(seal.seal(BATCH, Map.of())).isEqualTo(SealedHeaders.NONE);
        assertThat(seal.open(BATCH, SealedHeaders.NONE)).isEmpty();
    }

    @Test
    void openShouldRefuseTheSealOfAnotherBatch() throws IOException {
        HeaderSeal seal = HeaderSeal.load(file);
        SealedHeaders sealed = seal.seal(BATCH, HEADERS);

        assertThatThrownBy(() -> seal.open(OTHER, sealed)).isInstanceOf(SealBrokenException.class);
    }

    @Test
    void openShouldRefuseEveryChangedByte() throws IOException {
        HeaderSeal seal = HeaderSeal.load(file);
        SealedHeaders sealed = seal.seal(BATCH, HEADERS);
        for (int i = 0; i < sealed.bytes().length; i++) {
            byte[] changed = sealed.bytes().clone();
            changed[i] ^= 1;
            SealedHeaders damaged = new SealedHeaders(sealed.keyId(), changed);

            assertThatThrownBy(() -> seal.open(BATCH, damaged)).isInstanceOf(SealBrokenException.class);
        }
        assertThatThrownBy(() -> seal.open(BATCH, new SealedHeaders(sealed.keyId(), new byte[5])))
                .isInstanceOf(SealBrokenException.class)
                .hasMessageContaining("truncated");
    }

    @Test
    void openShouldUseTheKeyBeforeWhileKeysRotate() throws IOException {
        SealedHeaders old = HeaderSeal.load(file).seal(BATCH, HEADERS);
        Path fresh = folder.resolve("fresh.key");
        HeaderSeal.create(fresh);
        Files.writeString(file, "# rotated\n" + Files.readString(fresh) + "\n" + Files.readString(file));
        HeaderSeal rotated = HeaderSeal.load(file);

        assertThat(rotated.open(BATCH, old)).isEqualTo(HEADERS);
        assertThat(rotated.seal(BATCH, HEADERS).keyId()).isNotEqualTo(old.keyId());
        assertThatThrownBy(() -> HeaderSeal.load(fresh).open(BATCH, old))
                .isInstanceOf(SealBrokenException.class)
                .hasMessageContaining(old.keyId());
    }

    @Test
    void createShouldMakeAFileForItsOwnerAloneAndLeaveNothingBeside() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void createShouldNotReplaceAKey() throws IOException {
        String before = Files.readString(file);

        assertThatThrownBy(() -> HeaderSeal.create(file)).isInstanceOf(FileAlreadyExistsException.class);

        assertThat(file).hasContent(before);
    }

    @Test
    void loadShouldSayWhatIsWrongWithoutShowingIt() throws IOException {
        String good = Files.readString(file).strip();
        for (String bad : List.of("secret", "k:c2VjcmV0", "bad id:" + good.substring(good.indexOf(':') + 1), good)) {
            Files.writeString(file, good + "\n" + bad + "\n");

            assertThatThrownBy(() -> HeaderSeal.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("line 2")
                    .hasMessageNotContainingAny("secret", "c2VjcmV0", good.substring(good.indexOf(':') + 1));
        }
        Files.writeString(file, "\n# nothing\n");
        assertThatThrownBy(() -> HeaderSeal.load(file)).hasMessageContaining("contains no key");
        assertThatThrownBy(() -> HeaderSeal.load(folder.resolve("missing"))).hasMessageContaining("cannot be read");
    }

    @Test
    void createShouldForceTheFileAndThenItsNameAndThoseOfItsFolders() throws IOException {
        Path key = folder.resolve("new/keys/headers.key");
        List<String> forced = new ArrayList<>();
        HeaderSeal.create(key, new FileForce() {
            @Override
            public void file(FileDescriptor file) {
                forced.add("file, named: " + Files.exists(key));
            }

            @Override
            public void folder(Path folder) {
                forced.add(folder.getFileName() + ", named: " + Files.exists(key));
            }
        });

        assertThat(forced)
                .containsExactly(
                        folder.getFileName() + ", named: false",
                        "new, named: false",
                        "file, named: false",
                        "keys, named: true");
    }

    @Test
    void aFileThatACrashLeftEmptyShouldBeRefused() throws IOException {
        for (String left : List.of("", "\0\0\0\0", Files.readString(file).substring(0, 30))) {
            Files.writeString(file, left);

            assertThatThrownBy(() -> HeaderSeal.load(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("key file");
        }
    }
}
