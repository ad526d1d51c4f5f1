package io.backfill.zstd;

import java.util.Arrays;
import java.util.Optional;
import java.util.zip.ZipException;

/** The literals of a block, which are not copied from earlier output. Keeps the last Huffman tree for later blocks. */
final class Literals {
    private byte[] bytes = new byte[0];
    private int length;
    private Optional<HuffmanTable> tree = Optional.empty();

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void read(Bytes in) throws ZipException {
        int head = in.array()[in.at()] & 0xFF;
        int type = head & 3;
        int format = head >> 2 & 3;
        if (type < 2) {
            int headBytes = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
            size((int) (in.number(headBytes) >> (headBytes == 1 ? 3 : 4)));
            if (type == 0) {
                Bytes raw = in.part(length);
                System.arraycopy(raw.array(), raw.at(), bytes, 0, length);
            } else {
                Arrays.fill(bytes, 0, length, (byte) in.one());
            }
            return;
        }
        int headBytes = format < 2 ? 3 : format + 2;
        int sizeBits = format < 2 ? 10 : format == 2 ? 14 : 18;
        long sizes = in.number(headBytes) >> 4;
        size((int) (sizes & (1 << sizeBits) - 1));
        Bytes compressed = in.part((int) (sizes >> sizeBits & (1 << sizeBits) - 1));
        if (type == 2) {
            tree = Optional.of(HuffmanTable.read(compressed));
        }
        HuffmanTable table = tree.orElseThrow(() -> new IllegalStateException("no Huffman tree"));
        if (format == 0) {
            table.decode(compressed, bytes, 0, length);
        } else {
            fourStreams(table, compressed);
        }
    }

    private void fourStreams(HuffmanTable table, Bytes in) throws ZipException {
        int[] sizes = {(int) in.number(2), (int) in.number(2), (int) in.number(2)};
        int quarter = (length + 3) / 4;
        for (int i = 0; i < 3; i++) {
            table.decode(in.part(sizes[i]), bytes, i * quarter, (i + 1) * quarter);
        }
        table.decode(in, bytes, 3 * quarter, length);
    }

    private void size(int newLength) throws ZipException {
        if (newLength > ZstdInputStream.MOST_BLOCK_BYTES) {
            throw new ZipException("a block is too large");
        }
        length = newLength;
        if (bytes.length < newLength) {
            bytes = new byte[newLength];
        }
    }
}
