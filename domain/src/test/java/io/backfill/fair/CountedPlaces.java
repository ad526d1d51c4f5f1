package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Replicas with a fixed number of places, one replica for each lane. Records which calls were admitted and in which order, how
 * many places are taken, and whether a place was released twice. Thread-safe.
 */
final class CountedPlaces implements Places {
    private final List<ModelRequest> admitted = new ArrayList<>();
    private final Map<Integer, Integer> openByLane = new TreeMap<>();
    private int room;
    private int mostInALane;
    private int open;
    private int twice;

    /** @param room number of calls that each replica accepts at once */
    CountedPlaces(int room) {
        this.room = room;
    }

    synchronized void room(int calls) {
        room = calls;
    }

    @Override
    public synchronized Optional<Place> tryTake(ModelRequest request) {
        int lane = request.scheduling().lane();
        int inLane = openByLane.getOrDefault(lane, 0);
        if (inLane >= room) {
            return Optional.empty();
        }
        openByLane.put(lane, inLane + 1);
        mostInALane = Math.max(mostInALane, inLane + 1);
        open++;
        admitted.add(request);
        return Optional.of(new Counted(request));
    }

    synchronized boolean hasRoom(int lane) {
        return openByLane.getOrDefault(lane, 0) < room;
    }

    private synchronized void release(int lane, boolean first) {
        if (first) {
            openByLane.merge(lane, -1, Integer::sum);
            open--;
        } else {
            twice++;
        }
    }

    /** Returns all calls that were ever admitted, in order. */
    synchronized List<ModelRequest> admitted() {
        return List.copyOf(admitted);
    }

    synchronized int admissions() {
        return admitted.size();
    }

    synchronized ModelRequest admission(int number) {
        return admitted.get(number);
    }

    synchronized int open() {
        return open;
    }

    synchronized int mostInALane() {
        return mostInALane;
    }

    /** Returns the number of releases of places that had already been released. */
    synchronized int releasedTwice() {
        return twice;
    }

    private final class Counted implements Place {
        private final ModelRequest request;
        private boolean released;

        Counted(ModelRequest request) {
            this.request = request;
        }

        @Override
        public ModelRequest request() {
            return request;
        }

        @Override
        public synchronized void release(Outcome outcome) {
            CountedPlaces.this.release(request.scheduling().lane(), !released);
            released = true;
        }
    }
}
