package io.backfill.simulator.engine;

/** The blocks that requests hold and those that other requests can find. Not thread-safe. */
final class KvCache {
    private final EngineParameters parameters;
    private final BlockPool pool;

    KvCache(EngineParameters parameters) {
        this.parameters = parameters;
        this.pool = new BlockPool(parameters.blocks());
    }

    /** Returns the share of the blocks that requests hold. */
    double usage() {
        return 1 - (double) pool.free() / pool.size();
    }

    /** Returns a count. While it does not change, a request that did not fit still does not fit. */
    long changes() {
        return pool.changes();
    }

    /**
     * Returns the number of leading blocks of the prompt that are cached, or -1 if there are not enough free blocks
     * for the others.
     */
    int hitsIfItFits(CoreRequest request) {
        int hits = 0;
        int freeHits = 0;
        if (parameters.prefixCaching()) {
            int most = Math.min(request.promptBlocks.length, (request.contextTokens() - 1) / parameters.blockTokens());
            while (hits < most) {
                int block = pool.find(request.promptBlocks[hits]);
                if (block == BlockPool.NONE) {
                    break;
                }
                freeHits += pool.isFree(block) ? 1 : 0;
                hits++;
            }
        }
        return blocksOf(request) - hits <= pool.free() - freeHits ? hits : -1;
    }

    /** Assigns all blocks to the request: {@code hits} cached blocks, as just found, and free blocks. */
    void take(CoreRequest request, int hits) {
        int[] blocks = new int[blocksOf(request)];
        // Hold all hits before allocating anything: an allocation could take one of them.
        for (int i = 0; i < hits; i++) {
            blocks[i] = pool.find(request.promptBlocks[i]);
            pool.hold(blocks[i]);
        }
        for (int i = hits; i < blocks.length; i++) {
            blocks[i] = pool.allocate();
        }
        request.blocks = blocks;
        request.published = hits;
    }

    /** Publishes the blocks that the first {@code tokens} of the prompt fill. */
    void publish(CoreRequest request, int tokens) {
        if (!parameters.prefixCaching()) {
            return;
        }
        int end = Math.min(tokens / parameters.blockTokens(), request.promptBlocks.length);
        while (request.published < end) {
            pool.publish(request.blocks[request.published], request.promptBlocks[request.published]);
            request.published++;
        }
    }

    /** Releases the request's blocks. Published blocks can still be found. */
    void giveBack(CoreRequest request) {
        // In reverse order, so that the tail of a prompt is evicted before its head and the remaining blocks can still
        // be found.
        for (int i = request.blocks.length - 1; i >= 0; i--) {
            pool.release(request.blocks[i]);
        }
        request.blocks = new int[0];
    }

    private int blocksOf(CoreRequest request) {
        return parameters.blocksOf(request.promptTokens() + request.outputTokens());
    }
}
