package io.backfill.simulator;

import io.backfill.simulator.engine.Latency;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** Parses the command line. Accepts both {@code --port 9000} and {@code --port=9000}. */
final class CommandLine {
    static final String HELP = """
            A model server for demos, tests and measurements: OpenAI's endpoints, no GPU, answers derived from the request.

              --port N                  port to listen on (9000; 0 = any free port)
              --host ADDRESS            address to listen on (127.0.0.1)
              --model NAME              a model to serve; repeat for several (tiny-sim)
              --any-model               serve every model name; without this flag unknown names get 404
              --latency TIME            every answer takes TIME, such as 20ms or 1.5s (0)
              --latency lognormal:MEDIAN:SIGMA
                                        heavy-tailed times, such as lognormal:200ms:1
              --seed N                  seed of the random latencies (1)
              --replicas N              N servers on consecutive ports from --port, each with its own engine and ledger (1)
              --engine latency|batching latency: answers do not affect each other (the default). batching: each model
                                        has a batch, a prefix cache and a queue, as in vLLM:
              --engine-parameters NAME  h100-8b, a model of 8 billion parameters on one H100: 7 ms a step
                                        + prompt tokens at 32,000/s + 128 KiB of KV a decoded token of context at
                                        2.7 TB/s + 20 us a sequence; 27,000 blocks of 16 tokens, 256 running requests
                                        and 8192 tokens a step. vllm-cpu-tiny, fitted to a tiny model that vLLM serves
                                        on two cores: 120 blocks of 128 tokens, 64 and 2048 (h100-8b)
              --kv-blocks N             size of the cache in blocks
              --max-num-seqs N          maximum number of running requests
              --max-num-batched-tokens N
                                        maximum number of tokens in one step
              --no-prefix-caching       do not reuse cached blocks for later requests
              --scheduling-policy fcfs|priority
                                        priority: honor 'priority' in the body, lower first; fcfs: answer it with 400
              --max-num-queued-reqs N   maximum number of waiting requests; more get 503 (0 = no limit)
              --speed X                 X simulated seconds per real second (1)
              --ledger-headers A,B,...  request headers whose values the ledger keeps
              --help                    this text

            Endpoints  POST /v1/chat/completions /v1/completions /v1/embeddings /v1/responses /v1/moderations
                       GET /v1/models /health /metrics
            Control    GET|PUT|DELETE /admin/faults, GET|PUT /admin/latency, GET|DELETE /admin/ledger, GET /admin/stats
                       Faults: the first rule that applies decides ('slow' adds its time and continues with the next):
                       {"rules":[{"fault":"status","status":429,"retryAfter":"1","rate":0.05},
                                 {"fault":"status","status":500,"first":2,"match":"flaky"},
                                 {"fault":"slow","ms":300,"rate":0.1},{"fault":"hang","rate":0.01}]}
                       Kinds: status hang reset short close headers trickle gzip large slow html pretty pretty-crlf broken-json not-utf8 sse empty
                       Conditions: rate 0..1, first (per request id), times (in total), match (text in the body),
                       header and headerValue. The request header X-Return-Error: STATUS forces one error.
            """;

    private CommandLine() {}

    /** Returns whether the help was requested. */
    static boolean wantsHelp(String... arguments) {
        return Arrays.asList(arguments).contains("--help");
    }

    /**
     * Parses the flags to the options of each replica. Throws {@link IllegalArgumentException} with a message about
     * what is wrong.
     */
    static List<SimulatorOptions> parse(String... arguments) {
        int replicas = 1;
        SimulatorOptions options = SimulatorOptions.defaults().withPort(9000);
        List<String> models = new ArrayList<>();
        EngineFlags engine = new EngineFlags();
        Iterator<String> words = split(arguments).iterator();
        while (words.hasNext()) {
            String flag = words.next();
            options = switch (flag) {
                case "--any-model" -> options.withAnyModel();
                case "--port" -> options.withPort(Math.toIntExact(number(flag, words)));
                case "--host" -> options.withHost(value(flag, words));
                case "--latency" -> options.withLatency(Latency.parse(value(flag, words)));
                case "--seed" -> options.withSeed(number(flag, words));
                case "--ledger-headers" ->
                    options.withLedgerHeaders(value(flag, words).split(","));
                case "--model" -> {
                    models.add(value(flag, words));
                    yield options.withModels(models.toArray(String[]::new));
                }
                case "--replicas" -> {
                    replicas = Math.toIntExact(number(flag, words));
                    yield options;
                }
                default -> {
                    if (!engine.read(flag, () -> value(flag, words))) {
                        throw new IllegalArgumentException("unknown flag '" + flag + "'; --help lists them");
                    }
                    yield options;
                }
            };
        }
        return replicas(engine.applyTo(options), replicas);
    }

    private static List<SimulatorOptions> replicas(SimulatorOptions first, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("--replicas needs at least 1, not " + count);
        }
        return IntStream.range(0, count)
                .mapToObj(i -> first.port() == 0 ? first : first.withPort(first.port() + i))
                .toList();
    }

    private static List<String> split(String... arguments) {
        List<String> words = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (argument.startsWith("--") && equals > 0) {
                words.add(argument.substring(0, equals));
                words.add(argument.substring(equals + 1));
            } else {
                words.add(argument);
            }
        }
        return words;
    }

    private static long number(String flag, Iterator<String> words) {
        String value = value(flag, words);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(flag + " needs a number, not '" + value + "'", notANumber);
        }
    }

    private static String value(String flag, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(flag + " needs a value");
        }
        return words.next();
    }
}
