"""The cells of the compatibility matrix. Each one is a function that returns what happened, or raises Failed."""

import json
import signal
import threading
import time

from processes import http, wait_for

CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
RESPONSES, MESSAGES = "/v1/responses", "/v1/messages"
ENDPOINTS = (CHAT, COMPLETIONS, EMBEDDINGS, RESPONSES, "/v1/moderations", MESSAGES)

IN_FLIGHT = 32
PATIENCE = "10m"  # the default; covers a restart of the engine
RELOAD_SECONDS = 5
GHOST = "ghost"  # a name that no engine knows
UNITS = {"type": "object", "properties": {"unit": {"enum": ["celsius", "kelvin"]}}, "required": ["unit"],
         "additionalProperties": False}


def models_yaml(engine, model, embedder, embedding_model, patience=PATIENCE):
    """All names but that for embeddings point at the engine under test."""
    text = f"""
defaults:
  max-in-flight: {IN_FLIGHT}
  timeout: 2m
  backoff: {{ initial: 200ms, max: 2s }}
  patience: {patience}
models:
  {model}: {{ replicas: [ "{engine.url}" ] }}
  other: {{ replicas: [ "{engine.url}" ] }}
  {GHOST}: {{ replicas: [ "{engine.url}" ], patience: 2s, retries: 1 }}
"""
    return text if embedder is None else text + f'  {embedding_model}: {{ replicas: [ "{embedder.url}" ] }}\n'


class Failed(Exception):
    """What was expected did not happen."""


class NotOffered(Exception):
    """The engine does not offer what the cell is about; the gateway reported the engine's refusal correctly."""


def check(condition, message):
    if not condition:
        raise Failed(message)


def chat(model, text, **more):
    return {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 24, **more}


def short(value, limit=160):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[:limit] + "…"


class Run:
    """What the cells share: gateway, engine and the name of the model."""

    def __init__(self, gateway, engine, model, embedder, embedding_model, tokens):
        self.gateway, self.engine, self.model, self.tokens = gateway, engine, model, tokens
        self.embedder, self.embedding_model = embedder, embedding_model

    def set_patience(self, patience=PATIENCE):
        """Edits models.yaml and waits until the gateway has read it again."""
        self.gateway.write_models(models_yaml(self.engine, self.model, self.embedder, self.embedding_model, patience))
        time.sleep(RELOAD_SECONDS)

    def lines(self, endpoint, bodies):
        status, batch = self.gateway.create(endpoint, bodies)
        check(status == 200, f"the batch was refused: {status} {short(batch)}")
        ended = self.gateway.await_end(batch["id"])
        return ended, self.every_line_once(ended, len(bodies))

    def every_line_once(self, batch, count):
        check(batch["status"] == "completed", f"{batch['status']}: {short(batch['errors'])}")
        results = self.gateway.results(batch)
        ids = sorted(line["custom_id"] for line in results)
        check(ids == sorted(f"r-{i}" for i in range(count)), f"{count} lines, {len(set(ids))} ids in {len(ids)} results")
        return sorted(results, key=lambda line: int(line["custom_id"][2:]))

    def served(self, endpoint, bodies, shape):
        """Sends lines that all have to be served with answers of a shape; returns the bodies of the answers."""
        _, results = self.lines(endpoint, bodies)
        for line in results:
            refusal = line["error"] or line["response"]["body"].get("error")
            if line["response"] and line["response"]["status_code"] in (404, 501):
                raise NotOffered(f"{line['response']['status_code']} in the error file: {short(refusal)}")
            check(line["error"] is None and line["response"]["status_code"] == 200, short(line))
            try:
                check(shape(line["response"]["body"]), short(line["response"]["body"], 400))
            except (KeyError, IndexError, TypeError, ValueError) as e:
                raise Failed(f"{e!r} in {short(line['response']['body'], 400)}") from e
        return [line["response"]["body"] for line in results]

    def refused(self, endpoint, body, statuses):
        """Sends one line that the engine has to refuse; returns status and body as the error file has them."""
        batch, results = self.lines(endpoint, [body])
        line = results[0]
        check(line["response"] is not None, short(line))
        check(line["response"]["status_code"] in statuses, short(line))
        check(batch["error_file_id"] and not batch["output_file_id"], "the line is not in the error file")
        check(batch["request_counts"]["failed"] == 1, short(batch["request_counts"]))
        return f"{line['response']['status_code']} {short(line['response']['body'])}"


# --- answers

def chat_completions(run):
    answers = run.served(CHAT, [chat(run.model, f"Line {i}, ünïcode ☃") for i in range(4)],
                         lambda a: a["choices"][0]["message"]["role"] == "assistant" and a["usage"]["total_tokens"] > 0)
    return f"{len(answers)} answers, finish reason {answers[0]['choices'][0]['finish_reason']}"


def completions(run):
    answers = run.served(COMPLETIONS, [{"model": run.model, "prompt": f"Once {i}", "max_tokens": 8} for i in range(4)],
                         lambda a: isinstance(a["choices"][0]["text"], str) and a["usage"]["total_tokens"] > 0)
    return f"{len(answers)} answers"


def responses(run):
    answers = run.served(RESPONSES, [{"model": run.model, "input": f"Say {i}", "max_output_tokens": 16} for i in range(2)],
                         lambda a: a["object"] == "response" and a["output"] and a["usage"]["total_tokens"] > 0)
    return f"{len(answers)} answers, status {answers[0]['status']}"


def messages(run):
    body = {"model": run.model, "max_tokens": 16, "messages": [{"role": "user", "content": "Hello"}]}
    answers = run.served(MESSAGES, [body, body], lambda a: a["type"] == "message" and a["usage"]["output_tokens"] > 0)
    return f"{len(answers)} answers, stop reason {answers[0]['stop_reason']}"


def embeddings(run):
    if run.embedder is None:
        raise NotOffered("not run: no --embeddings-start")
    run.embedder.start(run.embedding_model)
    try:
        answers = run.served(EMBEDDINGS, [
            {"model": run.embedding_model, "input": "a text"},
            {"model": run.embedding_model, "input": ["a text", "another one"]},
            {"model": run.embedding_model, "input": "a text", "encoding_format": "base64"}],
            lambda a: a["data"][0]["embedding"] and a["usage"]["prompt_tokens"] > 0)
    finally:
        run.embedder.stop()
    check(len(answers[1]["data"]) == 2, short(answers[1]))
    return f"{len(answers[0]['data'][0]['embedding'])} dimensions; a list of two; base64"


def tools(run):
    """A model with random weights pads JSON with white space, so the answer may be long, and must not be the most likely one."""
    body = chat(run.model, "Which unit?", max_tokens=1500, temperature=1, tools=[
        {"type": "function", "function": {"name": "set_unit", "description": "Sets the unit", "strict": True, "parameters": UNITS}}],
        tool_choice="required")
    message = run.served(CHAT, [body], lambda a: a["choices"][0]["message"])[0]["choices"][0]["message"]
    if not message.get("tool_calls"):
        raise NotOffered("200 with text instead of a call; passed through: " + short(message["content"], 60))
    call = message["tool_calls"][0]["function"]
    check(call["name"] == "set_unit" and "unit" in json.loads(call["arguments"]), short(call))
    return f"set_unit({call['arguments']})"


def json_schema(run):
    body = chat(run.model, "Which unit?", max_tokens=1500, temperature=1, response_format={
        "type": "json_schema", "json_schema": {"name": "units", "strict": True, "schema": UNITS}})
    answers = run.served(CHAT, [body], lambda a: json.loads(a["choices"][0]["message"]["content"])["unit"])
    return json.dumps(json.loads(answers[0]["choices"][0]["message"]["content"]))


def logprobs(run):
    body = chat(run.model, "Hello", max_tokens=4, logprobs=True, top_logprobs=2)
    answers = run.served(CHAT, [body], lambda a: len(a["choices"][0]["logprobs"]["content"][0]["top_logprobs"]) == 2)
    return f"{len(answers[0]['choices'][0]['logprobs']['content'])} tokens with two alternatives each"


def several_choices(run):
    answers = run.served(CHAT, [chat(run.model, "Hello", n=3, temperature=1)], lambda a: len(a["choices"]) == 3)
    return f"3 choices, {answers[0]['usage']['completion_tokens']} tokens in usage"


# --- refusals

def streaming(run):
    _, batch = run.gateway.create(CHAT, [chat(run.model, "Hello"), chat(run.model, "Hello", stream=True)])
    ended = run.gateway.await_end(batch["id"])
    check(ended["status"] == "failed", ended["status"])
    error = ended["errors"]["data"][0]
    check(error["code"] == "streaming_unsupported" and error["line"] == 2, short(error))
    return f"batch failed before anything was sent: line 2, {error['code']}"


def unknown_to_gateway(run):
    _, batch = run.gateway.create(CHAT, [chat("no-such-model", "Hello")])
    ended = run.gateway.await_end(batch["id"])
    error = ended["errors"]["data"][0]
    check(ended["status"] == "failed" and error["code"] == "model_not_found", short(error))
    return f"batch failed: line 1, {error['code']}"


def unknown_to_engine(run):
    batch, results = run.lines(CHAT, [chat(GHOST, "Hello")])
    response = results[0]["response"]
    check(response is not None and response["status_code"] in (200, 404, 400), short(results[0]))
    if response["status_code"] == 200:
        return f"200: the engine ignores the name and answers as {response['body'].get('model')}"
    check(batch["error_file_id"], "the line is not in the error file")
    return f"{response['status_code']} {short(response['body'])}"


def prompt_too_long(run):
    return run.refused(CHAT, chat(run.model, "word " * 20_000), (400, 413))


def schema_is_none(run):
    return run.refused(CHAT, chat(run.model, "Hello", response_format={
        "type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "no such type"}}}), (400, 422))


def wrong_type(run):
    return run.refused(CHAT, {"model": run.model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": "many"},
                       (400, 422))


def embeddings_of_a_chat_model(run):
    """Engines answer 404 or 501. The gateway waits for the model's patience, because it cannot know that the path will not come."""
    run.set_patience("2s")
    try:
        _, results = run.lines(EMBEDDINGS, [{"model": run.model, "input": "a text"}])
    finally:
        run.set_patience()
    line = results[0]
    check(line["response"] is not None and line["response"]["status_code"] != 200, short(line))
    return f"{line['response']['status_code']} {short(line['response']['body'])}"


# --- restarts

def _long_lines(run, count):
    return [chat(run.model, f"Tell story {i}", max_tokens=run.tokens, temperature=1, ignore_eos=True) for i in range(count)]


def _interrupted(run, interrupt, count=96):
    """Ends the engine by a signal in the middle of a batch, starts it again, and waits for the end."""
    status, batch = run.gateway.create(CHAT, _long_lines(run, count))
    check(status == 200, short(batch))
    wait_for("the first results", lambda: run.gateway.batch(batch["id"])["request_counts"]["completed"] >= 8, 300, 0.05)
    done = run.gateway.batch(batch["id"])["request_counts"]["completed"]
    check(done < count, "the batch was over before the signal")
    end = run.engine.stop(interrupt)
    run.engine.start(run.model)
    ended = run.gateway.await_end(batch["id"])
    results = run.every_line_once(ended, count)
    failed = [line for line in results if not line["response"] or line["response"]["status_code"] != 200]
    check(not failed, f"{len(failed)} lines failed, such as {short(failed[:1], 300)}")
    return f"signal after {done} of {count} lines, engine {end}; {count} results, each once, all 200"


def sigterm(run):
    return _interrupted(run, signal.SIGTERM)


def sigkill(run):
    return _interrupted(run, signal.SIGKILL)


def other_model(run, other="other"):
    """The engine comes back under another name in the middle of a batch, and then under its own again."""
    count = 64
    _, batch = run.gateway.create(CHAT, _long_lines(run, count))
    wait_for("the first results", lambda: run.gateway.batch(batch["id"])["request_counts"]["completed"] >= 4, 300, 0.05)
    run.engine.stop()
    run.engine.start(other)
    try:
        answers = run.served(CHAT, [chat(other, "Hello")], lambda a: a["choices"])
    finally:
        run.engine.stop()
        run.engine.start(run.model)
    results = run.every_line_once(run.gateway.await_end(batch["id"]), count)
    failed = [line for line in results if not line["response"] or line["response"]["status_code"] != 200]
    check(not failed, f"{len(failed)} lines failed, such as {short(failed[:1], 300)}")
    by = sorted({line["response"]["body"]["model"] for line in results})
    return (f"a batch for '{answers[0]['model']}' was served meanwhile; {count} results of '{run.model}', each once, all 200, "
            + ("none by the other model" if by == [run.model] else f"answered as {', '.join(by)}: the engine ignores the name"))


# --- signals

def metrics_seen(run):
    """More calls than the engine runs at once: the gateway has to see the queue and to lower the limit of the replica."""
    _, batch = run.gateway.create(CHAT, _long_lines(run, 96))
    limits, queued = [], []
    while True:
        limit = run.gateway.metric("backfill_replica_limit", run.model)
        if limit is not None:
            limits.append(limit)
        status, text = run.engine.metrics()
        check(status == 200, f"/metrics of the engine: {status}")
        queued.append(sum(float(line.rsplit(" ", 1)[1]) for line in text.decode().splitlines()
                          if line.startswith(("vllm:num_requests_waiting{", "llamacpp:requests_deferred "))))
        if run.gateway.batch(batch["id"])["status"] == "completed":
            break
        time.sleep(0.5)
    run.every_line_once(run.gateway.await_end(batch["id"]), 96)
    check(max(queued) > 0, "the engine never had a queue: start it with a lower number of sequences")
    check(limits and min(limits) < IN_FLIGHT, f"limit {limits}, while up to {max(queued):.0f} requests waited")
    return f"limit {max(limits):.0f} → {min(limits):.0f}, while up to {max(queued):.0f} requests waited in the engine"


def interactive_seen(run):
    """Requests of another client that wait in the engine have to lower the limit, too."""
    stop = threading.Event()

    def stream():
        while not stop.is_set():
            try:
                http("POST", run.engine.url + CHAT, json.dumps(_long_lines(run, 1)[0]).encode(),
                     {"Content-Type": "application/json"}, timeout=60)
            except OSError:
                return

    clients = [threading.Thread(target=stream, daemon=True) for _ in range(16)]
    _, batch = run.gateway.create(CHAT, _long_lines(run, 64))
    low = float("inf")
    for client in clients:
        client.start()
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end and low > 2:
            low = min(low, run.gateway.metric("backfill_replica_limit", run.model) or low)
            time.sleep(0.25)
    finally:
        stop.set()
        for client in clients:
            client.join(timeout=90)
    run.every_line_once(run.gateway.await_end(batch["id"]), 64)
    check(low <= IN_FLIGHT / 4, f"the limit stayed at {low:.0f}")
    return f"16 other clients: limit down to {low:.0f}; the batch completed"


def usage_and_cache(run):
    shared = "The same beginning of every prompt. " * 40
    batch, results = run.lines(CHAT, [chat(run.model, f"{shared} Question {i}", max_tokens=4) for i in range(16)])
    usages = [line["response"]["body"]["usage"] for line in results]
    total = sum(usage["total_tokens"] for usage in usages)
    check(batch["usage"]["total_tokens"] == total, f"{batch['usage']['total_tokens']} in the batch, {total} in its lines")
    cached = sum((usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0 for usage in usages)
    seen = batch["usage"]["input_tokens_details"]["cached_tokens"]
    check(seen == cached, f"{seen} cached tokens in the batch, {cached} in its lines")
    check(cached > 0, "the engine reports no cached tokens: " + short(usages[-1]))
    measured = batch["backfill"]["prefix_cache"]["measured"]
    prompt = sum(usage["prompt_tokens"] for usage in usages)
    check(abs(measured - cached / prompt) < 0.01, f"measured {measured}, {cached} of {prompt}")
    return f"{cached} of {prompt} prompt tokens cached, the batch reports {measured:.2f}"


CELLS = [
    ("chat", "answers with usage", chat_completions),
    ("completions", "answers with usage", completions),
    ("responses", "answers with usage", responses),
    ("messages", "answers (endpoint added by `backfill.batches.endpoints`)", messages),
    ("embeddings", "vectors: one text, a list, base64", embeddings),
    ("tools", "the only function is called, as `tool_choice: required` demands", tools),
    ("JSON schema", "content of the schema", json_schema),
    ("logprobs", "two alternatives per token", logprobs),
    ("`n` = 3", "three choices", several_choices),
    ("`stream: true`", "batch fails at that line, nothing is sent", streaming),
    ("unknown to the gateway", "batch fails, `model_not_found`", unknown_to_gateway),
    ("unknown to the engine", "the engine's answer, after the model's patience", unknown_to_engine),
    ("prompt too long", "400 with the engine's body in the error file", prompt_too_long),
    ("bad schema", "400 with the engine's body in the error file", schema_is_none),
    ("`max_tokens: \"many\"`", "400 with the engine's body in the error file", wrong_type),
    ("embeddings of a chat model", "the engine's refusal in the error file", embeddings_of_a_chat_model),
    ("cached tokens", "seen in `usage` of lines and batch", usage_and_cache),
    ("own queue in the engine", "limit of the replica falls below `max-in-flight`", metrics_seen),
    ("queue of others", "limit of the replica falls", interactive_seen),
    ("SIGTERM of the engine, restart", "every line once, all served", sigterm),
    ("kill -9 of the engine, restart", "every line once, all served", sigkill),
    ("restart as another model, and back", "every line once, all served", other_model),
]
