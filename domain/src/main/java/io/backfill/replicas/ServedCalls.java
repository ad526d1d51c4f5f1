package io.backfill.replicas;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The calls that were served and whose usage is not known yet: a few, because it is read next. Guarded by its fleet. */
final class ServedCalls {
    /** A call whose usage is never reported is dropped when this many others were served. */
    private static final int MOST = 1024;

    private final Map<String, ServedCall> calls = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ServedCall> eldest) {
            return size() > MOST;
        }
    };

    void put(String line, ServedCall call) {
        calls.put(line, call);
    }

    Optional<ServedCall> take(String line) {
        return Optional.ofNullable(calls.remove(line));
    }
}
