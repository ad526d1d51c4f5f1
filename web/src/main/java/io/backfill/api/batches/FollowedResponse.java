package io.backfill.api.batches;

import io.backfill.api.http.Continuation;
import io.backfill.feed.FeedCursor;
import io.backfill.feed.FeedSink;
import io.backfill.feed.Follower;
import io.backfill.service.ResultService.Following;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** The response to a client that follows the results of a batch. The container calls back when the client can take more. */
final class FollowedResponse implements Continuation {
    private final Following following;
    private final boolean trailers;

    /** @param trailers whether the client reads trailers, so that the last cursor can be sent behind the body */
    FollowedResponse(Following following, boolean trailers) {
        this.following = following;
        this.trailers = trailers;
    }

    @Override
    public void begin(AsyncContext async, Runnable cut) throws IOException {
        // the response ends with the batch or with the client
        async.setTimeout(0);
        HttpServletResponse response = (HttpServletResponse) async.getResponse();
        ServletOutputStream out = response.getOutputStream();
        Connection connection = new Connection(async, out, cut);
        if (trailers) {
            response.setHeader("Trailer", BatchResultsResource.NEXT_CURSOR);
            response.setTrailerFields(connection::trailers);
        }
        Follower follower = following.begin(connection);
        connection.follower = Optional.of(follower);
        async.addListener(connection);
        out.setWriteListener(connection);
    }

    @Override
    public void abandon() {
        following.abandon();
    }

    private final class Connection implements FeedSink, WriteListener, AsyncListener {
        private final AsyncContext async;
        private final ServletOutputStream out;
        private final Runnable cut;
        private volatile Optional<Follower> follower = Optional.empty();
        private volatile Optional<FeedCursor> last = Optional.empty();
        /** The container allows no call before it has called for the first time. */
        private volatile boolean begun;

        Connection(AsyncContext async, ServletOutputStream out, Runnable cut) {
            this.async = async;
            this.out = out;
            this.cut = cut;
        }

        private Map<String, String> trailers() {
            return last.map(cursor -> Map.of(BatchResultsResource.NEXT_CURSOR, following.text(cursor)))
                    .orElse(Map.of());
        }

        @Override
        public boolean isReady() {
            return begun && out.isReady();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void end(FeedCursor cursor) {
            last = Optional.of(cursor);
            async.complete();
        }

        @Override
        public void cut() {
            // ends the request, too; to complete the response as well would only write to the closed connection
            cut.run();
        }

        @Override
        public void onWritePossible() throws IOException {
            if (!begun) {
                // sends the headers, so that the client knows that it is admitted
                begun = true;
                if (out.isReady()) {
                    out.flush();
                }
            }
            follower.ifPresent(Follower::wake);
        }

        @Override
        public void onError(Throwable failure) {
            gone();
        }

        @Override
        public void onError(AsyncEvent event) {
            gone();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            gone();
        }

        private void gone() {
            follower.ifPresent(Follower::gone);
            try {
                cut.run();
            } catch (IllegalStateException completed) {
                // the container has ended the response itself
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            follower.ifPresent(Follower::gone);
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // nothing is started again
        }
    }
}
