package io.backfill.simulator.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Assigns numbers to recurring strings: paths, models, notes. Number 0 is the empty string. Bounded: after 65,000
 * different strings all further ones become "(others)". Thread-safe.
 */
final class Names {
    private static final int LIMIT = 65_000;

    private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();
    private final List<String> names = new ArrayList<>();

    Names() {
        number("");
    }

    int number(String name) {
        Integer known = numbers.get(name);
        return known != null ? known : add(name);
    }

    synchronized String name(int number) {
        return names.get(number);
    }

    private synchronized int add(String name) {
        if (names.size() >= LIMIT && !name.equals("(others)")) {
            return number("(others)");
        }
        return numbers.computeIfAbsent(name, added -> {
            names.add(added);
            return names.size() - 1;
        });
    }
}
