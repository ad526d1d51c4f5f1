package io.backfill.k8s.fake;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventList;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The API server in memory. Its refusals and faults affect all clients except the cluster's own controller. */
final class FakeApi extends KubernetesCrudDispatcher {
    static final String CONTROLLER = "job-controller";

    private static final Pattern EVENTS_BY_FIELDS =
            Pattern.compile("(?<before>/api/v1/.*/events\\?(.*&)?)fieldSelector=(?<fields>[^&]*)&?(?<after>.*)");
    private static final Pattern REQUIREMENT =
            Pattern.compile("(?<field>[A-Za-z.]+)(?<operator>==|!=|=)(?<value>[^,]*)");

    /** The fields of events that tests select by. A real API server supports a few more. */
    private static final Map<String, Function<Event, String>> EVENT_FIELDS = Map.of(
            "involvedObject.kind",
            event -> event.getInvolvedObject().getKind(),
            "involvedObject.name",
            event -> event.getInvolvedObject().getName(),
            "reason",
            Event::getReason,
            "type",
            Event::getType);

    private final KubernetesSerialization serialization = new KubernetesSerialization();
    private final Map<String, TokenReviewStatus> tokens = new ConcurrentHashMap<>();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile Refusal all = Refusal.NONE;
    private volatile Refusal jobs = Refusal.NONE;
    private volatile long slowMillis;

    record Refusal(int code, String reason, String message) {
        static final Refusal NONE = new Refusal(0, "", "");
    }

    /** A request of any client except the controller. */
    record Call(String method, String path, String body) {}

    void failAll(int code) {
        all = code == 0 ? Refusal.NONE : new Refusal(code, "InternalError", "the API server is not well");
    }

    void refuseJobs(int code, String reason, String message) {
        jobs = new Refusal(code, reason, message);
    }

    void slow(long millis) {
        slowMillis = millis;
    }

    void token(String token, String user, List<String> audiences) {
        UserInfo info = new UserInfo();
        info.setUsername(user);
        TokenReviewStatus status = new TokenReviewStatus();
        status.setAuthenticated(true);
        status.setUser(info);
        status.setAudiences(audiences);
        tokens.put(token, status);
    }

    void forgetToken(String token) {
        tokens.remove(token);
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        String agent = request.getHeader("User-Agent");
        if (CONTROLLER.equals(agent)) {
            return super.dispatch(request);
        }
        calls.add(new Call(request.getMethod(), request.getPath(), body(request)));
        if (all.code() != 0) {
            return refused(all);
        }
        if (slowMillis > 0) {
            return super.dispatch(request).setBodyDelay(slowMillis, TimeUnit.MILLISECONDS);
        }
        boolean post = "POST".equals(request.getMethod());
        String path = request.getPath().replaceFirst("\\?.*", "");
        if (post && path.endsWith("/tokenreviews")) {
            return review(request);
        }
        if (post && path.endsWith("/jobs") && jobs.code() != 0) {
            return refused(jobs);
        }
        return super.dispatch(request);
    }

    @Override
    public MockResponse handleWatch(String path) {
        MockResponse answer = super.handleWatch(path);
        return answer.withWebSocketUpgrade(new UnblockedWatch(answer.getWebSocketListener()));
    }

    /** Evaluates field selectors of events, which the mock does not support. It evaluates label selectors itself. */
    @Override
    public MockResponse handleGet(String path) {
        Matcher events = EVENTS_BY_FIELDS.matcher(path);
        return events.matches()
                ? eventsWith(
                        URLDecoder.decode(events.group("fields"), StandardCharsets.UTF_8),
                        super.handleGet(events.group("before") + events.group("after")))
                : super.handleGet(path);
    }

    private MockResponse eventsWith(String fields, MockResponse all) {
        EventList list =
                serialization.unmarshal(new String(all.getBody().getBytes(), StandardCharsets.UTF_8), EventList.class);
        List<Event> found = list.getItems();
        for (String requirement : fields.split(",")) {
            Matcher parts = REQUIREMENT.matcher(requirement);
            if (!parts.matches() || !EVENT_FIELDS.containsKey(parts.group("field"))) {
                return refused(new Refusal(400, "BadRequest", "field label not supported: " + requirement));
            }
            Function<Event, String> field = EVENT_FIELDS.get(parts.group("field"));
            boolean equal = !parts.group("operator").equals("!=");
            found = found.stream()
                    .filter(event -> parts.group("value").equals(field.apply(event)) == equal)
                    .toList();
        }
        list.setItems(found);
        return new MockResponse()
                .setResponseCode(200)
                .setHeader("Content-Type", "application/json")
                .setBody(serialization.asJson(list));
    }

    private MockResponse review(RecordedRequest request) {
        TokenReview review = serialization.unmarshal(body(request), TokenReview.class);
        TokenReviewStatus status = tokens.get(review.getSpec().getToken());
        if (status == null) {
            status = new TokenReviewStatus();
            status.setError("invalid bearer token");
        } else if (!review.getSpec().getAudiences().isEmpty()
                && !status.getAudiences().isEmpty()) {
            TokenReviewStatus known = status;
            status = serialization.clone(known);
            status.setAudiences(review.getSpec().getAudiences().stream()
                    .filter(known.getAudiences()::contains)
                    .toList());
            status.setAuthenticated(!status.getAudiences().isEmpty());
        }
        review.setStatus(status);
        return new MockResponse()
                .setResponseCode(201)
                .setHeader("Content-Type", "application/json")
                .setBody(serialization.asJson(review));
    }

    private MockResponse refused(Refusal refusal) {
        return new MockResponse()
                .setResponseCode(refusal.code())
                .setHeader("Content-Type", "application/json")
                .setBody(serialization.asJson(new StatusBuilder()
                        .withStatus("Failure")
                        .withCode(refusal.code())
                        .withReason(refusal.reason())
                        .withMessage(refusal.message())
                        .build()));
    }

    /** Returns the body without consuming it. */
    private static String body(RecordedRequest request) {
        return request.getBody() == null ? "" : new String(request.getBody().getBytes(), StandardCharsets.UTF_8);
    }
}
