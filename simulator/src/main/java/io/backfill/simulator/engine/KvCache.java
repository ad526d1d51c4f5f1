package io.backfill.simulator.engine;

/** Which blocks of the pool a request has, and what others may find in them. Not thread-safe. */
final class KvCache {
    private final EngineParameters parameters;
    private final BlockPool pool;

    KvCache(EngineParameters parameters) {
        this.parameters = parameters;
        this.pool = new BlockPool(parameters.blocks());
    }

    /** Share of the blocks that requests hold. */
    double usage() {
        return 1 - (double) pool.free() / pool.size();
    }

    /** As long as it stays the same, a request that found no room finds none. */
    long changes() {
        return pool.changes();
    }

    /** Leading blocks of the prompt that can be found, or -1 when there is no room for the others. */
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

    /** Gives the request all its blocks: so many hits, as just found, and free ones. */
    void take(CoreRequest request, int hits) {
        int[] blocks = new int[blocksOf(request)];
        // All hits are held before anything is allocated: an allocation could take one of them.
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

    /** Lets others find the blocks that the first {@code tokens} of the prompt fill. */
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

    /** Frees the request's blocks; what was published can still be found. */
    void giveBack(CoreRequest request) {
        // Last first: the tail of a prompt is then evicted before its head, so what stays can still be found.
        for (int i = request.blocks.length - 1; i >= 0; i--) {
            pool.release(request.blocks[i]);
        }
        request.blocks = new int[0];
    }

    private int blocksOf(CoreRequest request) {
        return parameters.blocksOf(request.promptTokens() + request.outputTokens());
    }
}
