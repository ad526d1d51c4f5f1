"""Runs a batch of many lines and uploads a large file with OpenAI's client: python_client.py URL MODEL LINES UPLOAD_BYTES."""

import io
import json
import sys
import time

import openai

url, model, lines, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
client = openai.OpenAI(base_url=url + "/v1", api_key="none")


def line(i):
    body = {"model": model, "messages": [{"role": "user", "content": f"Question {i}"}]}
    return json.dumps({"custom_id": f"p-{i}", "method": "POST", "url": "/v1/chat/completions", "body": body})


if size:
    uploaded = client.files.create(file=("large.bin", io.BytesIO(b"x" * size)), purpose="user_data")
    assert uploaded.bytes == size, uploaded
    client.files.delete(uploaded.id)
if lines:
    text = "\n".join(line(i) for i in range(lines)).encode()
    file = client.files.create(file=("in.jsonl", io.BytesIO(text)), purpose="batch")
    batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    give_up = time.monotonic() + 120
    while batch.status not in ("completed", "failed", "expired", "cancelled"):
        assert time.monotonic() < give_up, batch
        time.sleep(0.2)
        batch = client.batches.retrieve(batch.id)
    assert batch.status == "completed" and batch.request_counts.completed == lines, batch
    ids = [json.loads(each)["custom_id"] for each in client.files.content(batch.output_file_id).text.splitlines()]
    assert sorted(ids) == sorted(f"p-{i}" for i in range(lines)), "every custom_id exactly once"
print("ok")
