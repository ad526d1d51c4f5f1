package io.backfill.dispatch;

/**
 * What the end of one attempt means for the line, for its replica, and for the model. A pure function of the outcome and of the
 * results of other attempts; {@code docs/signals.md} has the table.
 *
 * @param line what happens to the line
 * @param replica what the attempt shows about the replica
 * @param scope calls at the replica to which this applies
 * @param model what the attempt shows about the model as a whole
 */
public record Verdict(Line line, Replica replica, Scope scope, Model model) {
    /** What happens to the line. */
    public enum Line {
        /** The line has its result. */
        DONE,
        /** The line has a result that another attempt would not change. */
        FINAL,
        /** The line is retried within {@code retries}, because the model may have worked on it. */
        COSTLY,
        /** The line is retried within {@code patience}, because the model has not worked on it. */
        FREE,
        /** The line is sent at once to a replica that has not refused it. Happens once per line. */
        ELSEWHERE,
        /** The attempt was cancelled and has no meaning. */
        NOTHING
    }

    /** What the attempt shows about the replica. */
    public enum Replica {
        /** It served the line. */
        SERVED,
        /** It works; the answer shows nothing about its load. */
        WORKS,
        /** It broke the connection, was too slow, or answered with an error of its own. */
        FAILED,
        /** It accepts no connections. */
        UNREACHABLE,
        /** It does not serve such lines: it does not have the model, path or method, or does not accept the key. */
        REFUSED,
        /** It has too many calls. */
        SATURATED,
        /** The call waited too long in the queue of a router. */
        EXPIRED,
        /** The attempt shows nothing. */
        NOTHING
    }

    /** The calls at the replica that are affected. */
    public enum Scope {
        /** All calls at the replica. */
        REPLICA,
        /** Calls of the same {@link LineKind} at the replica. */
        KIND
    }

    /** What the attempt shows about the model as a whole. */
    public enum Model {
        SERVES,
        /** It works, or may have worked. */
        WORKS,
        /** It is unavailable, has no capacity, or refuses. */
        AWAY,
        NOTHING
    }

    /**
     * The results of other attempts, as far as they matter.
     *
     * @param served whether the replica has served another such line since this line was first refused
     * @param alone whether the line was refused several times in a row while the replica served others of its kind
     * @param elsewhere whether another replica works for such lines and has not refused this one, and the line was not sent
     *     elsewhere yet
     * @param clientsKey whether the call was made with a key of the client
     */
    public record Witness(boolean served, boolean alone, boolean elsewhere, boolean clientsKey) {
        public static final Witness NONE = new Witness(false, false, false, false);
    }

    public static Verdict of(Outcome outcome, Witness witness) {
        return switch (outcome) {
            case Outcome.Answered answered
            when answered.dropReason().isPresent() ->
                dropped(answered.dropReason().get(), witness);
            case Outcome.Answered answered -> answered(answered.status(), witness);
            case Outcome.Unreachable unreachable ->
                unreachable.sent() ? FAILURE : new Verdict(Line.FREE, Replica.UNREACHABLE, Scope.REPLICA, Model.AWAY);
            case Outcome.AnswerTooLarge _ -> FINAL_ANSWER;
            case Outcome.TimedOut _ -> FAILURE;
            case Outcome.Cancelled _ -> new Verdict(Line.NOTHING, Replica.NOTHING, Scope.REPLICA, Model.NOTHING);
        };
    }

    private static final Verdict FAILURE = new Verdict(Line.COSTLY, Replica.FAILED, Scope.REPLICA, Model.WORKS);
    private static final Verdict FINAL_ANSWER = new Verdict(Line.FINAL, Replica.WORKS, Scope.REPLICA, Model.WORKS);

    private static Verdict answered(int status, Witness witness) {
        return switch (status) {
            case 401, 403, 404, 405 -> refused(witness);
            case 429 -> saturated(witness, witness.clientsKey() ? Scope.KIND : Scope.REPLICA);
            case 503 -> saturated(witness, Scope.REPLICA);
            case 408 -> FAILURE;
            default -> {
                if (status >= 500) {
                    yield FAILURE;
                }
                yield status < 300 ? new Verdict(Line.DONE, Replica.SERVED, Scope.REPLICA, Model.SERVES) : FINAL_ANSWER;
            }
        };
    }

    /** Judges a refusal. If the replica serves other lines of the same kind, the line itself is the reason. */
    private static Verdict refused(Witness witness) {
        if (witness.served()) {
            return new Verdict(Line.FINAL, Replica.WORKS, Scope.KIND, Model.WORKS);
        }
        return witness.elsewhere()
                ? new Verdict(Line.ELSEWHERE, Replica.REFUSED, Scope.KIND, Model.NOTHING)
                : new Verdict(Line.FREE, Replica.REFUSED, Scope.KIND, Model.AWAY);
    }

    private static Verdict saturated(Witness witness, Scope scope) {
        Replica replica = witness.alone() ? Replica.WORKS : Replica.SATURATED;
        return new Verdict(Line.FREE, replica, scope, Model.AWAY);
    }

    /** Judges a call that a router dropped or evicted, which the model has not answered. The reasons are those of llm-d. */
    private static Verdict dropped(String reason, Witness witness) {
        return switch (reason) {
            case "rejected-saturated" -> saturated(witness, Scope.REPLICA);
            case "rejected-ttl-expired" -> new Verdict(Line.FREE, Replica.EXPIRED, Scope.REPLICA, Model.AWAY);
            default -> new Verdict(Line.FREE, Replica.WORKS, Scope.REPLICA, Model.AWAY);
        };
    }
}
