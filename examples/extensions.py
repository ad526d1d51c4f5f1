"""What Backfill adds to the Batch API, with stock clients: OpenAI's for Python, and Anthropic's.

    pip install -r requirements.txt && python extensions.py

A batch is steered, paused, followed while it runs, stopped by its token budget and rerun; a webhook is verified; a message batch runs
on the same model. OPENAI_BASE_URL, OPENAI_API_KEY and BATCH_MODEL are those of client.py. The receiver of the webhook listens on
127.0.0.1, so the gateway must allow that (BACKFILL_WEBHOOKS_ALLOW=127.0.0.0/8).
Exit status 0 only if everything was as docs/api.md promises.
"""

import http.server
import json
import os
import sys
import threading
import time
import urllib.request

import anthropic
import openai

BASE_URL = os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1")
KEY = os.environ.get("OPENAI_API_KEY", "none")
MODEL = os.environ.get("BATCH_MODEL", "tiny-sim")
LINES = 300

client = openai.OpenAI(base_url=BASE_URL, api_key=KEY)
messages = anthropic.Anthropic(base_url=BASE_URL.removesuffix("/v1"), api_key=KEY).messages


class Unexpected(Exception):
    """The server did not do what the API promises."""


def check(condition, message):
    if not condition:
        raise Unexpected(message)


def until(what, read, done, seconds=120):
    give_up = time.monotonic() + seconds
    while True:
        value = read()
        if done(value):
            return value
        check(time.monotonic() < give_up, f"{what}: still {value} after {seconds} s")
        time.sleep(0.2)


def request(method, path, body=None):
    """Calls what the clients have no method for."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(BASE_URL + path, content, headers, method=method), timeout=60)


def order(path, body=None):
    with request("POST", path, body or {}) as answer:
        return json.load(answer)


def ended(batch_id):
    statuses = {"completed", "failed", "expired", "cancelled"}
    return until(batch_id, lambda: client.batches.retrieve(batch_id), lambda batch: batch.status in statuses)


def new_batch(file_id, **options):
    return client.batches.create(
        input_file_id=file_id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        extra_body={"backfill": options},
    )


def upload():
    lines = (
        {
            "custom_id": f"line-{i}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": MODEL, "messages": [{"role": "user", "content": f"Give me a fact about the number {i}."}]},
        }
        for i in range(LINES)
    )
    text = "\n".join(json.dumps(line) for line in lines)
    return client.files.create(file=("extensions.jsonl", text.encode()), purpose="batch").id


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what webhooks deliver."""

    received = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        Receiver.received.append((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def webhook():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = order(
        "/webhook_endpoints",
        {
            "name": "extensions.py",
            "url": f"http://127.0.0.1:{server.server_port}/",
            "event_types": ["batch.completed", "backfill.batch.paused"],
        },
    )
    tested = order(f"/webhook_endpoints/{endpoint['id']}/test", {"event_type": "batch.completed"})
    check(tested["success"], f"unexpected answer {tested}")
    return endpoint


def events(endpoint):
    verifier = openai.OpenAI(base_url=BASE_URL, api_key=KEY, webhook_secret=endpoint["signing_secret"])
    return [verifier.webhooks.unwrap(body, headers) for headers, body in list(Receiver.received)]


def first_page(batch_id, limit):
    with request("GET", f"/batches/{batch_id}/results?limit={limit}") as answer:
        return answer.read().decode().splitlines(), answer.headers["x-next-cursor"]


def steered_and_followed(file_id):
    batch = new_batch(file_id, priority="high", max_in_flight=2)
    until("the first results", lambda: client.batches.retrieve(batch.id), lambda b: b.request_counts.completed >= 20)
    paused = order(f"/batches/{batch.id}/pause")
    check(paused["backfill"]["paused"]["reason"] == "user", f"unexpected pause {paused['backfill']}")

    # counts may be ahead of the lines for a moment
    page, cursor = until("ten lines", lambda: first_page(batch.id, 10), lambda read: len(read[0]) == 10)

    with request("GET", f"/batches/{batch.id}/results?follow=true&after={cursor}") as stream:
        order(f"/batches/{batch.id}/resume")
        followed = [line.decode().rstrip("\n") for line in stream if line.strip()]
    done = ended(batch.id)
    check(done.status == "completed", f"the batch ended {done.status}")
    final = client.files.content(done.output_file_id).text.splitlines()
    check(sorted(page + followed) == sorted(final), "the lines that were followed are those of the file")
    print(f"{batch.id}: paused, resumed and followed, {len(final)} lines")
    return batch.id


def stopped_by_its_budget_and_rerun(file_id):
    batch = new_batch(file_id, token_budget=1_000)
    until("the budget", lambda: client.batches.retrieve(batch.id).backfill["paused"], lambda pause: pause is not None)
    client.batches.cancel(batch.id)
    done = ended(batch.id)
    check(0 < done.request_counts.completed < LINES, f"unexpected counts {done.request_counts}")

    rerun = order(f"/batches/{batch.id}/rerun", {"lines": "not_run", "merge": True})
    check(rerun["backfill"]["rerun_of"] == batch.id, f"unexpected rerun {rerun['backfill']}")
    merged = ended(rerun["id"])
    ids = [json.loads(line)["custom_id"] for line in client.files.content(merged.output_file_id).text.splitlines()]
    check(len(ids) == LINES and len(set(ids)) == LINES, "the merged file has every line once")
    print(f"{batch.id}: stopped after {done.usage.total_tokens} tokens, {merged.request_counts.total} lines were run again")
    return batch.id, rerun["id"]


def message_batch():
    requests = [
        {"custom_id": f"m-{i}", "params": {"model": MODEL, "max_tokens": 20, "messages": [{"role": "user", "content": f"Say {i}."}]}}
        for i in range(20)
    ]
    batch = messages.batches.create(requests=requests)
    batch = until(batch.id, lambda: messages.batches.retrieve(batch.id), lambda b: b.processing_status == "ended")
    results = list(messages.batches.results(batch.id))
    check(batch.request_counts.succeeded == 20, f"unexpected counts {batch.request_counts}")
    check({result.custom_id for result in results} == {f"m-{i}" for i in range(20)}, "every request has its result")
    check(all(result.result.type == "succeeded" for result in results), "every request has a message")
    check(batch.id in [listed.id for listed in messages.batches.list(limit=1)], "the batch is listed")
    check(messages.batches.delete(batch.id).id == batch.id, "the batch is deleted")
    print(f"{batch.id}: {len(results)} messages")


def main():
    endpoint = webhook()
    file_id = upload()
    completed = steered_and_followed(file_id)
    stopped, rerun = stopped_by_its_budget_and_rerun(file_id)
    message_batch()
    wanted = {
        ("backfill.batch.paused", completed),
        ("batch.completed", completed),
        ("backfill.batch.paused", stopped),
        ("batch.completed", rerun),
    }
    until(
        "the events",
        lambda: {(event.type, event.data.id) for event in events(endpoint)},
        lambda seen: wanted <= seen,
    )
    print(f"{len(wanted)} events were verified")
    request("DELETE", f"/webhook_endpoints/{endpoint['id']}").close()
    print("all good")


if __name__ == "__main__":
    try:
        main()
    except (Unexpected, openai.OpenAIError, anthropic.AnthropicError, OSError) as error:
        sys.exit(f"failed against {BASE_URL}: {error}")
