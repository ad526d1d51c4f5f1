package io.backfill.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {
    /**
     * Columns: the answer; what is known from other lines (S served, A alone, E elsewhere, K client's key); verdict on line,
     * replica, scope and model.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200      |      | DONE      | SERVED      | REPLICA | SERVES",
                "200      | SAEK | DONE      | SERVED      | REPLICA | SERVES",
                "301      |      | FINAL     | WORKS       | REPLICA | WORKS",
                "400      |      | FINAL     | WORKS       | REPLICA | WORKS",
                "400      | SAEK | FINAL     | WORKS       | REPLICA | WORKS",
                "409      |      | FINAL     | WORKS       | REPLICA | WORKS",
                "413      | E    | FINAL     | WORKS       | REPLICA | WORKS",
                "415      | E    | FINAL     | WORKS       | REPLICA | WORKS",
                "422      | E    | FINAL     | WORKS       | REPLICA | WORKS",
                "401      |      | FREE      | REFUSED     | KIND    | AWAY",
                "401      | E    | ELSEWHERE | REFUSED     | KIND    | NOTHING",
                "401      | K    | FREE      | REFUSED     | KIND    | AWAY",
                "401      | EK   | ELSEWHERE | REFUSED     | KIND    | NOTHING",
                "401      | S    | FINAL     | WORKS       | KIND    | WORKS",
                "401      | SE   | FINAL     | WORKS       | KIND    | WORKS",
                "401      | A    | FREE      | REFUSED     | KIND    | AWAY",
                "403      |      | FREE      | REFUSED     | KIND    | AWAY",
                "403      | E    | ELSEWHERE | REFUSED     | KIND    | NOTHING",
                "403      | S    | FINAL     | WORKS       | KIND    | WORKS",
                "404      |      | FREE      | REFUSED     | KIND    | AWAY",
                "404      | E    | ELSEWHERE | REFUSED     | KIND    | NOTHING",
                "404      | S    | FINAL     | WORKS       | KIND    | WORKS",
                "405      |      | FREE      | REFUSED     | KIND    | AWAY",
                "405      | E    | ELSEWHERE | REFUSED     | KIND    | NOTHING",
                "405      | S    | FINAL     | WORKS       | KIND    | WORKS",
                "408      |      | COSTLY    | FAILED      | REPLICA | WORKS",
                "429      |      | FREE      | SATURATED   | REPLICA | AWAY",
                "429      | S    | FREE      | SATURATED   | REPLICA | AWAY",
                "429      | A    | FREE      | WORKS       | REPLICA | AWAY",
                "429      | K    | FREE      | SATURATED   | KIND    | AWAY",
                "429      | AK   | FREE      | WORKS       | KIND    | AWAY",
                "503      |      | FREE      | SATURATED   | REPLICA | AWAY",
                "503      | A    | FREE      | WORKS       | REPLICA | AWAY",
                "503      | K    | FREE      | SATURATED   | REPLICA | AWAY",
                "500      |      | COSTLY    | FAILED      | REPLICA | WORKS",
                "501      |      | COSTLY    | FAILED      | REPLICA | WORKS",
                "502      | E    | COSTLY    | FAILED      | REPLICA | WORKS",
                "504      |      | COSTLY    | FAILED      | REPLICA | WORKS",
                "599      |      | COSTLY    | FAILED      | REPLICA | WORKS",
                "timeout  |      | COSTLY    | FAILED      | REPLICA | WORKS",
                "reset    |      | COSTLY    | FAILED      | REPLICA | WORKS",
                "refused  |      | FREE      | UNREACHABLE | REPLICA | AWAY",
                "large    |      | FINAL     | WORKS       | REPLICA | WORKS",
                "cancelled| SAEK | NOTHING   | NOTHING     | REPLICA | NOTHING",
                "429 rejected-saturated   |   | FREE | SATURATED | REPLICA | AWAY",
                "429 rejected-saturated   | K | FREE | SATURATED | REPLICA | AWAY",
                "503 rejected-ttl-expired |   | FREE | EXPIRED   | REPLICA | AWAY",
                "500 evicted-other        |   | FREE | WORKS     | REPLICA | AWAY",
            })
    void everyAnswerShouldMeanWhatTheTableSays(
            String end,
            String witness,
            Verdict.Line line,
            Verdict.Replica replica,
            Verdict.Scope scope,
            Verdict.Model model) {
        String seen = Optional.ofNullable(witness).orElse("");
        Verdict verdict = Verdict.of(
                outcome(end),
                new Verdict.Witness(seen.contains("S"), seen.contains("A"), seen.contains("E"), seen.contains("K")));

        assertThat(verdict).isEqualTo(new Verdict(line, replica, scope, model));
    }

    /**
     * Every status has a verdict. What is free or goes elsewhere is limited by the retries, so no answer leaves a line without a
     * limit.
     */
    @ParameterizedTest
    @ValueSource(ints = {200, 204, 299, 300, 399, 400, 499, 500, 599})
    void everyStatusShouldHaveAVerdict(int status) {
        assertThat(Verdict.of(outcome(Integer.toString(status)), Verdict.Witness.NONE))
                .isNotNull();
    }

    private static Outcome outcome(String end) {
        String[] words = end.split(" ");
        return switch (words[0]) {
            case "timeout" -> new Outcome.TimedOut();
            case "reset" -> new Outcome.Unreachable("reset", true);
            case "refused" -> new Outcome.Unreachable("refused", false);
            case "large" -> new Outcome.AnswerTooLarge("large");
            case "cancelled" -> new Outcome.Cancelled();
            default ->
                new Outcome.Answered(
                        Integer.parseInt(words[0]),
                        new byte[0],
                        "application/json",
                        "r",
                        Optional.empty(),
                        words.length > 1 ? Optional.of(words[1]) : Optional.empty());
        };
    }
}
