package io.backfill.plan;

import io.backfill.batches.Batch;
import io.backfill.batches.LineError;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.PiecewiseInputStream;
import io.backfill.ids.BatchId;
import io.backfill.requests.ForeignFormat;
import io.backfill.requests.InputForm;
import io.backfill.requests.Line;
import io.backfill.requests.LineReader;
import io.backfill.requests.LineRules;
import io.backfill.requests.RequestLineScanner;
import io.backfill.requests.ScannedLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * Reads an input once, validates every line, and stores one plan per model. Per line this takes {@value PlanEntries#ENTRY_BYTES}
 * bytes of memory for the entry, 20 for its key, 8 more for every 256 bytes of its prompt, 21 to 43 for its custom_id (up to twice
 * that while the table grows) and 16 to 32 during the sort; in addition one line is in memory. Planning the same input again
 * yields the same bytes, so a crash during planning costs only time.
 */
public final class Planner {
    private static final int ENTRIES_PER_PIECE = 1024;

    private final FileStore store;
    private final PlanConfig config;
    private final Predicate<String> supportedEndpoints;
    private final Predicate<String> knownModel;

    public Planner(
            FileStore store, PlanConfig config, Predicate<String> supportedEndpoints, Predicate<String> knownModel) {
        this.store = store;
        this.config = config;
        this.supportedEndpoints = supportedEndpoints;
        this.knownModel = knownModel;
    }

    /**
     * Plans {@code batch} over the input blob {@code inputKey}.
     *
     * @param order of the lines of each model
     * @param stop polled between lines; true ends planning early
     * @throws IOException if the store fails; the plan is not valid until its manifest exists
     */
    public PlanResult plan(BatchId batch, String endpoint, String inputKey, PlanOrder order, BooleanSupplier stop)
            throws IOException {
        return plan(batch, endpoint, inputKey, order, Sharding.NONE, stop);
    }

    /** Plans {@code batch} and cuts the plans according to {@code sharding}. */
    public PlanResult plan(
            BatchId batch, String endpoint, String inputKey, PlanOrder order, Sharding sharding, BooleanSupplier stop)
            throws IOException {
        return plan(batch, endpoint, inputKey, line -> true, order, sharding, stop);
    }

    /**
     * Plans {@code batch} over some lines of an input. The others are neither validated nor counted.
     *
     * @param wanted tells by its physical line number whether a line belongs to the batch
     */
    public PlanResult plan(
            BatchId batch,
            String endpoint,
            String inputKey,
            IntPredicate wanted,
            PlanOrder order,
            Sharding sharding,
            BooleanSupplier stop)
            throws IOException {
        try (BlobReader input = store.open(inputKey)) {
            long maxInputBytes = config.maxInputBytes(endpoint);
            if (input.size() > maxInputBytes) {
                return refused(LineError.ofFile(
                        "file_too_large",
                        "The batch input file is larger than the " + maxInputBytes
                                + " bytes allowed. Please try again with a smaller batch.",
                        ""));
            }
            try (InputStream in = input.stream(0, input.size())) {
                return new InputPass(batch, endpoint, inputKey, wanted, order, sharding, stop).read(in);
            }
        }
    }

    /** Returns the order of a batch that does not request one. */
    public PlanOrder defaultOrder() {
        return config.order();
    }

    private static PlanResult refused(LineError error) {
        return new PlanResult.Refused(List.of(error));
    }

    /** One pass over one input. */
    private final class InputPass {
        private final BatchId batch;
        private final String inputKey;
        private final IntPredicate wanted;
        private final PlanOrder order;
        private final Sharding sharding;
        private final BooleanSupplier stop;
        private final String endpoint;
        private final RequestLineScanner scanner = new RequestLineScanner();
        private final Map<String, PlanEntries> models = new LinkedHashMap<>();
        private final List<LineError> errors = new ArrayList<>();
        private int lines;

        InputPass(
                BatchId batch,
                String endpoint,
                String inputKey,
                IntPredicate wanted,
                PlanOrder order,
                Sharding sharding,
                BooleanSupplier stop) {
            this.batch = batch;
            this.inputKey = inputKey;
            this.wanted = wanted;
            this.order = order;
            this.sharding = sharding;
            this.stop = stop;
            this.endpoint = endpoint;
        }

        private Optional<String> onlyModel() {
            return config.allowMixedModels()
                    ? Optional.empty()
                    : models.keySet().stream().findFirst();
        }

        PlanResult read(InputStream in) throws IOException {
            Optional<PlanResult> end = readLines(in);
            return end.isPresent() ? end.get() : new PlanResult.Planned(write());
        }

        /**
         * Returns empty if there is a plan to write. The set of seen ids becomes garbage on return, because the sort needs the
         * memory.
         */
        private Optional<PlanResult> readLines(InputStream in) throws IOException {
            SeenIds seen = new SeenIds();
            LineRules rules = new LineRules(
                    endpoint, supportedEndpoints, knownModel, this::onlyModel, seen::add, config.requiredFields());
            LineReader reader = new LineReader(in, config.maxLineBytes());
            for (Optional<Line> line = reader.next(); line.isPresent(); line = reader.next()) {
                if (stop.getAsBoolean()) {
                    return Optional.of(new PlanResult.Stopped());
                }
                if (!wanted.test(line.get().number())) {
                    continue;
                }
                if (++lines > config.maxLines(endpoint)) {
                    return Optional.of(refused(LineError.ofFile(
                            "too_many_tasks",
                            "The batch input file contains more than the " + config.maxLines(endpoint)
                                    + " requests allowed.",
                            "")));
                }
                Optional<InputForm> foreign = lines == 1 ? InputForm.of(line.get()) : Optional.empty();
                if (foreign.isPresent()) {
                    return Optional.of(refused(LineError.ofFile(
                            "invalid_file_format",
                            "The input file is " + foreign.get().what()
                                    + ". Please upload it as JSON Lines in UTF-8, uncompressed or compressed once"
                                    + " with gzip or Zstandard.",
                            "")));
                }
                take(line.get(), rules);
                if (lines == 1 && !errors.isEmpty() && !line.get().tooLong()) {
                    Optional<ForeignFormat> known = ForeignFormat.of(line.get());
                    if (known.isPresent()) {
                        return Optional.of(refused(LineError.ofFile(
                                "invalid_file_format",
                                "The input file is " + known.get().what() + ".",
                                "")));
                    }
                }
                if (errors.size() == LineError.MAX_LISTED) {
                    break;
                }
            }
            if (lines == 0) {
                return Optional.of(refused(LineError.ofFile(
                        "empty_file",
                        "The input file is empty. Please ensure that the batch contains at least one request.",
                        "")));
            }
            return errors.isEmpty() ? Optional.empty() : Optional.of(new PlanResult.Refused(errors));
        }

        private void take(Line line, LineRules rules) {
            if (line.tooLong()) {
                errors.add(LineError.ofLine(
                        line.number(),
                        "line_too_long",
                        "This line is longer than the " + config.maxLineBytes() + " bytes allowed.",
                        ""));
                return;
            }
            switch (scanner.scan(line, rules)) {
                case ScannedLine.Bad bad -> errors.add(bad.error());
                case ScannedLine.Request request -> add(line, request);
            }
        }

        private void add(Line line, ScannedLine.Request request) {
            PlanEntries entries = models.get(request.model());
            if (entries == null) {
                if (models.size() == config.maxModels()) {
                    errors.add(LineError.ofLine(
                            line.number(),
                            "too_many_models",
                            "The batch names more than the " + config.maxModels() + " models allowed in one batch.",
                            "body.model"));
                    return;
                }
                entries = new PlanEntries();
                models.put(request.model(), entries);
            }
            entries.add(line, request);
        }

        private PlanManifest write() throws IOException {
            OptionalInt perShard = sharding.linesPerShard(lines);
            List<ModelPlan> plans = new ArrayList<>();
            for (Map.Entry<String, PlanEntries> model : models.entrySet()) {
                PlanEntries entries = model.getValue();
                int shards = perShard.isEmpty() ? 1 : Math.ceilDiv(entries.size(), perShard.getAsInt());
                write(model.getKey(), entries, shards, plans);
            }
            PlanManifest manifest = new PlanManifest(inputKey, lines, perShard.isPresent(), plans);
            store.put(PlanManifest.key(batch), new ByteArrayInputStream(manifest.toJson()), Long.MAX_VALUE);
            return manifest;
        }

        /** Writes a model's plan as {@code shards} separate plans of nearly equal size. */
        private void write(String model, PlanEntries entries, int shards, List<ModelPlan> plans) throws IOException {
            // computed for the prefix order even if another one is used: it gives the minimum number of prompt tokens
            // to compute
            int[] places = entries.inOrder(PlanOrder.PREFIX);
            long leastTokens = entries.noteFresh(places);
            if (order != PlanOrder.PREFIX) {
                places = entries.inOrder(order);
                entries.noteFresh(places);
            }
            for (int shard = 0; shard < shards; shard++) {
                int from = piece(entries.size(), shard, shards);
                int to = piece(entries.size(), shard + 1, shards);
                int partition = plans.size();
                String key = Batch.folder(batch) + "/plan-" + partition;
                store.put(key, bytesOf(entries, places, from, to), Long.MAX_VALUE);
                // tokens are known for the model as a whole, so each shard is assigned a proportional part
                plans.add(new ModelPlan(
                        partition,
                        model,
                        to - from,
                        order.wireName(),
                        key,
                        piece(entries.promptTokens(), shard + 1, shards) - piece(entries.promptTokens(), shard, shards),
                        piece(leastTokens, shard + 1, shards) - piece(leastTokens, shard, shards)));
            }
        }

        private static int piece(int whole, int shard, int shards) {
            return (int) piece((long) whole, shard, shards);
        }

        /** Returns the start of piece {@code shard} of {@code shards}. */
        private static long piece(long whole, int shard, int shards) {
            return whole / shards * shard + whole % shards * shard / shards;
        }

        private static InputStream bytesOf(PlanEntries entries, int[] order, int from, int to) {
            int[] next = {from};
            return new PiecewiseInputStream(() -> {
                int count = Math.min(ENTRIES_PER_PIECE, to - next[0]);
                ByteBuffer piece = ByteBuffer.allocate(count * PlanEntries.ENTRY_BYTES);
                for (int i = 0; i < count; i++) {
                    piece.put(entries.encoded(order[next[0]++]));
                }
                return piece.array();
            });
        }
    }
}
