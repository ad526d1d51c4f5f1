package io.backfill.benchmarks;

import java.nio.file.Path;
import java.util.List;

/** The offenders with many connections or large transfers. */
final class ClientOffenders {
    private ClientOffenders() {}

    static List<Offender> all() {
        return List.of(
                offender(
                        "1000-slow-uploads",
                        scene -> scene.offend("slow-uploads", "1000").awaitUnderWay()),
                transfers("1000-slow-downloads", "slow-downloads", 20_000, 1024, "1000"),
                offender(
                        "1000-idle-without-key",
                        scene -> scene.offend("idle", "1000").awaitUnderWay()),
                transfers("200MB-uploads-without-a-pause", "uploads", 50_000, 4_000, "4"));
    }

    private static Offender transfers(String name, String deed, int lines, int bytes, String count) {
        return offender(name, scene -> {
            Path file = InputFile.write(scene.file(deed + ".jsonl"), "any", lines, bytes);
            scene.offend(deed, file.toString(), count).awaitUnderWay();
        });
    }

    private static Offender offender(String name, Offender.Deed deed) {
        return new Offender(name, Offender.Group.CLIENTS, scene -> List.of(), deed);
    }
}
