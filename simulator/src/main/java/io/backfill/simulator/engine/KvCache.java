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
     * Returns the number of leading blocks of the request that are cached, or -1 if there are not enough free blocks
     * for the rest of what it has to compute before its next token.
     */
    int hitsIfItFits(CoreRequest request) {
        int hits = 0;
        int freeHits = 0;
        if (parameters.prefixCaching()) {
            int most = (request.contextTokens() - 1) / parameters.blockTokens();
            while (hits < most) {
                int block = pool.find(request.blockHash(hits));
                if (block == BlockPool.NONE) {
                    break;
                }
                freeHits += pool.isFree(block) ? 1 : 0;
                hits++;
            }
        }
        return parameters.blocksOf(request.contextTokens()) - hits <= pool.free() - freeHits ? hits : -1;
    }

    /** Assigns the {@code hits} cached blocks, as just found, to a request that has no blocks. */
    void hold(CoreRequest request, int hits) {
        request.blocks = new int[parameters.blocksOf(request.promptTokens() + request.outputTokens())];
        for (int i = 0; i < hits; i++) {
            request.blocks[i] = pool.find(request.blockHash(i));
            pool.hold(request.blocks[i]);
        }
        request.held = hits;
        request.published = hits;
    }

    /** Allocates the blocks that the first {@code tokens} of the request need. Returns false if they are not free. */
    boolean growIfFree(CoreRequest request, int tokens) {
        int needed = parameters.blocksOf(tokens);
        if (needed - request.held > pool.free()) {
            return false;
        }
        while (request.held < needed) {
            request.blocks[request.held++] = pool.allocate();
        }
        return true;
    }

    /** Publishes the blocks that the first {@code tokens} of the request fill. */
    void publish(CoreRequest request, int tokens) {
        if (!parameters.prefixCaching()) {
            return;
        }
        int end = tokens / parameters.blockTokens();
        while (request.published < end) {
            pool.publish(request.blocks[request.published], request.blockHash(request.published));
            request.published++;
        }
    }

    /** Releases the request's blocks. Published blocks can still be found. */
    void giveBack(CoreRequest request) {
        // In reverse order, so that the tail of a prompt is evicted before its head and the remaining blocks can still
        // be found.
        while (request.held > 0) {
            pool.release(request.blocks[--request.held]);
        }
        request.published = 0;
    }
}
