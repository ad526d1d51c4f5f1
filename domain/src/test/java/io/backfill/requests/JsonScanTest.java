package io.backfill.requests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.testing.SeededRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScanTest {
    private static final JsonScan.Events DEAF = new JsonScan.Events() {
        @Override
        public void name(String name) {}

        @Override
        public void opened(boolean object) {}

        @Override
        public void closed() {}

        @Override
        public void number(String text) {}

        @Override
        public void other() {}
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " \t\r\n{ } \n",
                "{\"a\":[]}",
                "{\"a\":[1,-0,0.5,1e9,-1.5E+10,2E-1,12345678901234567890]}",
                "{\"a\":{\"b\":[{},[[]],true,false,null,\"\"]},\"a\":1}",
                "{\"\\u0061\\n\\\"\\\\\\/\\b\\f\\r\\t\":\"\\ud83d\\uDE00 \\ud800 é€😀\"}",
                "",
                "[]",
                "1",
                "{",
                "}",
                "{]",
                "{\"a\":1]",
                "{\"a\":[1}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{a:1}",
                "{\"a\":[1,]}",
                "{\"a\":[,1]}",
                "{\"a\":01}",
                "{\"a\":-}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":1e}",
                "{\"a\":1e+}",
                "{\"a\":+1}",
                "{\"a\":1 2}",
                "{\"a\":tru}",
                "{\"a\":truee}",
                "{\"a\":nul l}",
                "{\"a\":NaN}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"",
                "{}{}",
                "{}x",
                "{}\u0000",
                "\uFEFF{}",
                "{\"a\":1}//",
                "{'a':1}"
            })
    void whetherBytesAreAnObjectShouldBeSaidAsTheStrictParserSaysIt(String json) {
        assertSame(json.getBytes(StandardCharsets.UTF_8), new Random(1));
    }

    @RepeatedTest(value = 400, failureThreshold = 1)
    void bytesThatWereTamperedWithShouldBeJudgedAsTheStrictParserDoes(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        byte[] json = new RandomJson(random).object(4).getBytes(StandardCharsets.UTF_8);
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(json.length);
            json[at] = random.nextBoolean() ? (byte) random.nextInt(256) : json[random.nextInt(json.length)];
        }
        assertSame(json, random);
    }

    @Test
    void nestingShouldEndWhereItDoesInMemory() {
        assertSame(nested(999), new Random(2));
        assertSame(nested(1000), new Random(2));
    }

    private static byte[] nested(int arrays) {
        return ("{\"a\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static void assertSame(byte[] json, Random random) {
        JsonScan scan = new JsonScan(1000, DEAF);
        for (int start = 0; start < json.length; ) {
            int end = Math.min(json.length, start + 1 + random.nextInt(7));
            scan.take(json, start, end);
            start = end;
        }
        assertThat(scan.isWhole())
                .as("%s", new String(json, StandardCharsets.UTF_8))
                .isEqualTo(isObject(json));
    }

    private static boolean isObject(byte[] json) {
        if (!StrictUtf8.valid(json, 0, json.length)) {
            return false;
        }
        try (JsonParser parser = StrictJson.FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }
}
