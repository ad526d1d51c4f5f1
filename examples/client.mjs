// The life of a batch with the official OpenAI client for Node, against any server that speaks its Files and Batches API:
// create, poll, download, cancel a second one, walk through the lists one by one, delete.
//
//   npm install && node client.mjs
//
// OPENAI_BASE_URL (http://127.0.0.1:8080/v1) and OPENAI_API_KEY (none) say where; BATCH_MODEL (tiny-sim) names the model.
// Exit status 0 only if everything was as the API promises.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { fileURLToPath } from "node:url";
import OpenAI, { ConflictError, NotFoundError, toFile } from "openai";

const baseURL = process.env.OPENAI_BASE_URL ?? "http://127.0.0.1:8080/v1";
const client = new OpenAI({ baseURL, apiKey: process.env.OPENAI_API_KEY ?? "none" });
const model = process.env.BATCH_MODEL ?? "tiny-sim";
const endpoint = "/v1/chat/completions";
const ended = new Set(["completed", "failed", "expired", "cancelled"]);
const input = fileURLToPath(new URL("batch.jsonl", import.meta.url));

function step(text) {
  console.log(text);
}

async function untilEnded(id, seconds = 300) {
  const giveUp = Date.now() + seconds * 1000;
  let last = { total: 0, completed: 0, failed: 0 };
  while (true) {
    const batch = await client.batches.retrieve(id);
    const counts = batch.request_counts;
    assert.ok(counts.completed >= last.completed && counts.failed >= last.failed, "counts never go backwards");
    last = counts;
    if (ended.has(batch.status)) {
      return batch;
    }
    assert.ok(Date.now() < giveUp, `batch ${id} is still ${batch.status} after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function resultLines(fileId) {
  const text = await (await client.files.content(fileId)).text();
  assert.ok(text.endsWith("\n"), "a result file ends with a line feed");
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

async function firstBatch() {
  step(`upload ${input}`);
  const file = await client.files.create({ file: createReadStream(input), purpose: "batch" });
  assert.equal(file.object, "file");
  assert.equal(file.filename, "batch.jsonl");
  assert.equal(file.status, "processed");

  const created = await client.batches.create({
    input_file_id: file.id,
    endpoint,
    completion_window: "24h",
    metadata: { made_by: "client.mjs" },
  });
  assert.equal(created.object, "batch");
  assert.equal(created.status, "validating");
  assert.equal(created.expires_at, created.created_at + 86_400);
  step(`batch ${created.id}`);

  const done = await untilEnded(created.id);
  assert.equal(done.status, "completed", `the batch ended ${done.status}: ${JSON.stringify(done.errors)}`);
  assert.deepEqual(done.request_counts, { total: 200, completed: 200, failed: 0 });
  assert.deepEqual(done.metadata, { made_by: "client.mjs" });
  assert.equal(done.error_file_id ?? null, null, "a batch without errors has no error file");

  const lines = await resultLines(done.output_file_id);
  const ids = new Set(lines.map((line) => line.custom_id));
  assert.equal(lines.length, 200);
  assert.equal(ids.size, 200, "every custom_id comes back exactly once");
  for (const line of lines) {
    assert.equal(line.error, null);
    assert.equal(line.response.status_code, 200);
    assert.equal(typeof line.response.body.choices[0].message.content, "string");
  }
  step(`  ${lines.length} lines; ${lines[0].custom_id}: ${lines[0].response.body.choices[0].message.content}`);
  return { file, batch: done };
}

async function cancelledBatch() {
  const requests = Array.from({ length: 5_000 }, (_, i) => ({
    custom_id: `to-be-cancelled-${i + 1}`,
    method: "POST",
    url: endpoint,
    body: { model, messages: [{ role: "user", content: `Give me one fact about the number ${i + 1}.` }] },
  }));
  const text = requests.map((request) => JSON.stringify(request)).join("\n");
  const file = await client.files.create({
    file: await toFile(Buffer.from(text), "cancel-me.jsonl"),
    purpose: "batch",
    expires_after: { anchor: "created_at", seconds: 3_600 },
  });
  assert.equal(file.expires_at, file.created_at + 3_600);
  const created = await client.batches.create({ input_file_id: file.id, endpoint, completion_window: "24h" });
  const answer = await client.batches.cancel(created.id);
  assert.ok(["cancelling", "cancelled"].includes(answer.status), `after cancel the batch is ${answer.status}`);
  assert.equal(typeof answer.cancelling_at, "number");

  const done = await untilEnded(created.id);
  assert.equal(done.status, "cancelled");
  const out = done.output_file_id ? await resultLines(done.output_file_id) : [];
  const err = done.error_file_id ? await resultLines(done.error_file_id) : [];
  assert.equal(out.length, done.request_counts.completed);
  assert.equal(err.length, done.request_counts.total - done.request_counts.completed);
  assert.ok(err.every((line) => line.response !== null || line.error.code === "batch_cancelled"));
  step(`cancelled ${created.id}: ${out.length} lines were answered, ${err.length} were not`);

  await client.batches.cancel(created.id); // the second time changes nothing
  return { file, batch: done };
}

async function refusals(completed) {
  await assert.rejects(client.batches.cancel(completed.id), ConflictError, "a completed batch cannot be cancelled");
  await assert.rejects(client.batches.retrieve("batch_doesnotexist"), NotFoundError);
  await assert.rejects(client.files.content("file-doesnotexist"), NotFoundError);
  step("refused as they should be: late cancel, unknown batch, unknown file");
}

/** Walks through a list page by page; the client asks for the next page by itself. */
async function idsOf(list) {
  const ids = [];
  for await (const item of list) {
    ids.push(item.id);
  }
  assert.equal(new Set(ids).size, ids.length, "paging visits every object once");
  return ids;
}

async function lists(files, batches) {
  const batchIds = await idsOf(client.batches.list({ limit: 1 }));
  assert.ok(batches.every((batch) => batchIds.includes(batch.id)));
  const newestFirst = await idsOf(client.files.list({ limit: 1, purpose: "batch" }));
  const oldestFirst = await idsOf(client.files.list({ limit: 1, purpose: "batch", order: "asc" }));
  assert.ok(files.every((file) => newestFirst.includes(file.id)));
  assert.deepEqual(oldestFirst, newestFirst.toReversed(), "ascending order is the reverse of descending");
  step(`listed one by one: ${batchIds.length} batches, ${newestFirst.length} input files`);
}

async function deletions(ids) {
  for (const id of ids) {
    const answer = await client.files.delete(id);
    assert.deepEqual({ id: answer.id, deleted: answer.deleted }, { id, deleted: true });
    await assert.rejects(client.files.retrieve(id), NotFoundError);
  }
  step(`deleted ${ids.length} files`);
}

try {
  const first = await firstBatch();
  const second = await cancelledBatch();
  await refusals(first.batch);
  await lists([first.file, second.file], [first.batch, second.batch]);
  const outputs = [first, second].flatMap(({ batch }) => [batch.output_file_id, batch.error_file_id]);
  await deletions([first.file.id, second.file.id, ...outputs.filter(Boolean)]);
  console.log("all good");
} catch (error) {
  console.error(`failed against ${baseURL}: ${error.stack ?? error}`);
  process.exitCode = 1;
}
