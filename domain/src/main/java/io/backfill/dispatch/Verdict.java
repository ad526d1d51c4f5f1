package io.backfill.dispatch;

/**
 * What the end of one attempt means for the line, for the replica that it went to, and for the model. A pure function of the outcome and
 * of what other attempts brought; {@code docs/signals.md} has the table.
 *
 * @param line what becomes of the line
 * @param replica what the attempt says of the replica
 * @param scope whom that concerns
 * @param model what it says of the model as a whole
 */
public record Verdict(Line line, Replica replica, Scope scope, Model model) {
    /** What becomes of the line. */
    public enum Line {
        /** It has its result. */
        DONE,
        /** It has a result that another attempt would not change. */
        FINAL,
        /** It is sent again within {@code retries}: the model may have worked on it. */
        COSTLY,
        /** It is sent again within {@code patience}: the model has not worked on it. */
        FREE,
        /** It is sent again at once, to a replica that has not refused it. Happens once per line. */
        ELSEWHERE,
        /** The attempt was cancelled; it says nothing. */
        NOTHING
    }

    /** What the attempt says of the replica. */
    public enum Replica {
        /** It served the line. */
        SERVED,
        /** It works; the answer says nothing about its load. */
        WORKS,
        /** It broke off, was too slow, or answered that it is broken. */
        FAILED,
        /** It takes no connections. */
        UNREACHABLE,
        /** It does not serve such lines: no such model, path or method there, or the key is not accepted. */
        REFUSED,
        /** It has too many calls. */
        SATURATED,
        /** The call waited too long in a router's queue. */
        EXPIRED,
        /** Nothing. */
        NOTHING
    }

    /** Whom the replica's part concerns. */
    public enum Scope {
        /** All calls at the replica. */
        REPLICA,
        /** Calls of the same {@link LineKind} at the replica. */
        KIND
    }

    /** What the attempt says of the model as a whole. */
    public enum Model {
        SERVES,
        /** It works, or may have worked. */
        WORKS,
        /** It is away, has no capacity, or refuses. */
        AWAY,
        NOTHING
    }

    /**
     * What other attempts brought, as far as it matters.
     *
     * @param served the replica served another such line after it had first been refused
     * @param alone the line was refused several times in a row while the replica served others of its kind
     * @param elsewhere another replica works for such lines and has not refused this one, which has not been sent elsewhere yet
     * @param clientsKey the call was made with a key of the client's own
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
            case Outcome.AnswerTooLarge tooLarge -> FINAL_ANSWER;
            case Outcome.TimedOut timedOut -> FAILURE;
            case Outcome.Cancelled cancelled ->
                new Verdict(Line.NOTHING, Replica.NOTHING, Scope.REPLICA, Model.NOTHING);
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

    /** A line that a replica refuses while it serves others of the same kind is itself the reason. */
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

    /** The reasons are llm-d's. A router that drops or evicts a call says so: the model has not answered it. */
    private static Verdict dropped(String reason, Witness witness) {
        return switch (reason) {
            case "rejected-saturated" -> saturated(witness, Scope.REPLICA);
            case "rejected-ttl-expired" -> new Verdict(Line.FREE, Replica.EXPIRED, Scope.REPLICA, Model.AWAY);
            default -> new Verdict(Line.FREE, Replica.WORKS, Scope.REPLICA, Model.AWAY);
        };
    }
}
