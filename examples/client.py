"""The life of a batch with the official OpenAI client for Python, against any server that speaks its Files and Batches
API: create, poll, download, cancel a second one, walk through the lists one by one, delete. The twin of client.mjs.

    pip install -r requirements.txt && python client.py

OPENAI_BASE_URL (http://127.0.0.1:8080/v1) and OPENAI_API_KEY (none) say where; BATCH_MODEL (tiny-sim) names the model.
Exit status 0 only if everything was as the API promises.
"""

import json
import os
import pathlib
import sys
import time

import openai

BASE_URL = os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1")
MODEL = os.environ.get("BATCH_MODEL", "tiny-sim")
ENDPOINT = "/v1/chat/completions"
ENDED = {"completed", "failed", "expired", "cancelled"}
INPUT = pathlib.Path(__file__).with_name("batch.jsonl")

client = openai.OpenAI(base_url=BASE_URL, api_key=os.environ.get("OPENAI_API_KEY", "none"))


class Unexpected(Exception):
    """The server did not do what the API promises."""


def check(condition, message):
    # Not assert: this must also hold under python -O.
    if not condition:
        raise Unexpected(message)


def refuses(kind, call, *arguments):
    try:
        call(*arguments)
    except kind:
        return
    raise Unexpected(f"expected {kind.__name__} for {arguments}")


def until_ended(batch_id, seconds=300):
    give_up = time.monotonic() + seconds
    completed = failed = 0
    while True:
        batch = client.batches.retrieve(batch_id)
        counts = batch.request_counts
        check(counts.completed >= completed and counts.failed >= failed, "counts never go backwards")
        completed, failed = counts.completed, counts.failed
        if batch.status in ENDED:
            return batch
        check(time.monotonic() < give_up, f"batch {batch_id} is still {batch.status} after {seconds} s")
        time.sleep(0.5)


def result_lines(file_id):
    text = client.files.content(file_id).text
    check(text.endswith("\n"), "a result file ends with a line feed")
    return [json.loads(line) for line in text.splitlines()]


def first_batch():
    print(f"upload {INPUT}")
    with INPUT.open("rb") as content:
        file = client.files.create(file=content, purpose="batch")
    check(file.object == "file" and file.filename == "batch.jsonl", f"unexpected file object {file}")
    check(file.status == "processed", f"the file is {file.status}")

    created = client.batches.create(
        input_file_id=file.id, endpoint=ENDPOINT, completion_window="24h", metadata={"made_by": "client.py"}
    )
    check(created.status == "validating", f"a new batch is {created.status}")
    check(created.expires_at == created.created_at + 86_400, "expires_at is a day after created_at")
    print(f"batch {created.id}")

    done = until_ended(created.id)
    check(done.status == "completed", f"the batch ended {done.status}: {done.errors}")
    counts = done.request_counts
    check((counts.total, counts.completed, counts.failed) == (200, 200, 0), f"unexpected counts {counts}")
    check(done.metadata == {"made_by": "client.py"}, "metadata comes back unchanged")
    check(done.error_file_id is None, "a batch without errors has no error file")

    lines = result_lines(done.output_file_id)
    check(len(lines) == 200, f"{len(lines)} result lines")
    check(len({line["custom_id"] for line in lines}) == 200, "every custom_id comes back exactly once")
    for line in lines:
        check(line["error"] is None and line["response"]["status_code"] == 200, f"unexpected line {line}")
    answer = lines[0]["response"]["body"]["choices"][0]["message"]["content"]
    print(f"  {len(lines)} lines; {lines[0]['custom_id']}: {answer}")
    return file, done


def cancelled_batch():
    requests = (
        {
            "custom_id": f"to-be-cancelled-{i}",
            "method": "POST",
            "url": ENDPOINT,
            "body": {"model": MODEL, "messages": [{"role": "user", "content": f"Give me one fact about the number {i}."}]},
        }
        for i in range(1, 5_001)
    )
    text = "\n".join(json.dumps(request) for request in requests)
    file = client.files.create(
        file=("cancel-me.jsonl", text.encode()),
        purpose="batch",
        extra_body={"expires_after": {"anchor": "created_at", "seconds": 3_600}},
    )
    created = client.batches.create(input_file_id=file.id, endpoint=ENDPOINT, completion_window="24h")
    answer = client.batches.cancel(created.id)
    check(answer.status in {"cancelling", "cancelled"}, f"after cancel the batch is {answer.status}")
    check(isinstance(answer.cancelling_at, int), "cancelling_at is set")

    done = until_ended(created.id)
    check(done.status == "cancelled", f"the batch ended {done.status}")
    out = result_lines(done.output_file_id) if done.output_file_id else []
    err = result_lines(done.error_file_id) if done.error_file_id else []
    check(len(out) == done.request_counts.completed, "one output line per completed request")
    check(len(err) == done.request_counts.total - done.request_counts.completed, "one error line for each other request")
    check(
        all(line["response"] is not None or line["error"]["code"] == "batch_cancelled" for line in err),
        "requests that never ran say batch_cancelled",
    )
    print(f"cancelled {created.id}: {len(out)} lines were answered, {len(err)} were not")
    client.batches.cancel(created.id)  # the second time changes nothing
    return file, done


def refusals(completed):
    refuses(openai.ConflictError, client.batches.cancel, completed.id)
    refuses(openai.NotFoundError, client.batches.retrieve, "batch_doesnotexist")
    refuses(openai.NotFoundError, client.files.content, "file-doesnotexist")
    print("refused as they should be: late cancel, unknown batch, unknown file")


def ids_of(listing):
    """Walks through a list page by page; the client asks for the next page by itself."""
    ids = [item.id for item in listing]
    check(len(set(ids)) == len(ids), "paging visits every object once")
    return ids


def lists(files, batches):
    batch_ids = ids_of(client.batches.list(limit=1))
    check(all(batch.id in batch_ids for batch in batches), "both batches are listed")
    newest_first = ids_of(client.files.list(purpose="batch", extra_query={"limit": 1}))
    oldest_first = ids_of(client.files.list(purpose="batch", extra_query={"limit": 1, "order": "asc"}))
    check(all(file.id in newest_first for file in files), "both input files are listed")
    check(oldest_first == newest_first[::-1], "ascending order is the reverse of descending")
    print(f"listed one by one: {len(batch_ids)} batches, {len(newest_first)} input files")


def deletions(ids):
    for file_id in ids:
        answer = client.files.delete(file_id)
        check(answer.id == file_id and answer.deleted, f"unexpected answer {answer}")
        refuses(openai.NotFoundError, client.files.retrieve, file_id)
    print(f"deleted {len(ids)} files")


def main():
    first_file, first = first_batch()
    second_file, second = cancelled_batch()
    refusals(first)
    lists([first_file, second_file], [first, second])
    outputs = [first.output_file_id, first.error_file_id, second.output_file_id, second.error_file_id]
    deletions([first_file.id, second_file.id, *filter(None, outputs)])
    print("all good")


if __name__ == "__main__":
    try:
        main()
    except (Unexpected, openai.OpenAIError) as error:
        sys.exit(f"failed against {BASE_URL}: {error}")
