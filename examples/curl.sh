#!/usr/bin/env bash
# The life of a batch with curl and jq: create, poll, download, cancel a second one, list one by one, delete.
# OPENAI_BASE_URL (http://127.0.0.1:8080/v1) and OPENAI_API_KEY (none) say where.
set -euo pipefail

base=${OPENAI_BASE_URL:-http://127.0.0.1:8080/v1}
key=${OPENAI_API_KEY:-none}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

call() { curl -sS --fail-with-body -H "Authorization: Bearer $key" "$@"; }
status_of() { curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $key" "$@"; }
fail() {
  echo "failed against $base: $*" >&2
  exit 1
}

create() { # file name -> batch id
  local file
  file=$(call "$base/files" -F purpose=batch -F "file=@$1" | jq -r .id)
  echo "$file" >> "$work/files"
  call "$base/batches" -H 'Content-Type: application/json' \
    -d "$(jq -n --arg f "$file" '{input_file_id: $f, endpoint: "/v1/chat/completions", completion_window: "24h"}')" | jq -r .id
}

until_ended() { # batch id -> the batch
  local batch
  for _ in $(seq 600); do
    batch=$(call "$base/batches/$1")
    case $(jq -r .status <<< "$batch") in
      completed | failed | expired | cancelled)
        echo "$batch"
        return
        ;;
    esac
    sleep 0.5
  done
  fail "batch $1 has not ended after five minutes"
}

batch=$(create "$here/batch.jsonl")
echo "batch $batch"
done=$(until_ended "$batch")
[ "$(jq -r .status <<< "$done")" = completed ] || fail "the batch ended so: $done"
[ "$(jq -c '.request_counts | [.total, .completed, .failed]' <<< "$done")" = '[200,200,0]' ] || fail "counts: $done"

output=$(jq -r .output_file_id <<< "$done")
call "$base/files/$output/content" > "$work/output.jsonl"
[ "$(jq -r .custom_id "$work/output.jsonl" | sort -u | wc -l)" -eq 200 ] || fail "not every custom_id came back once"
head -n 1 "$work/output.jsonl" | jq '{custom_id, answer: .response.body.choices[0].message.content}'

seq 5000 | jq -c '{custom_id: "to-be-cancelled-\(.)", method: "POST", url: "/v1/chat/completions",
  body: {model: "tiny-sim", messages: [{role: "user", content: "Give me one fact about the number \(.)."}]}}' > "$work/cancel-me.jsonl"
second=$(create "$work/cancel-me.jsonl")
call -X POST "$base/batches/$second/cancel" > /dev/null
ended=$(until_ended "$second")
[ "$(jq -r .status <<< "$ended")" = cancelled ] || fail "the second batch ended so: $ended"
jq -r '"cancelled \(.id): \(.request_counts.completed) of \(.request_counts.total) lines were answered"' <<< "$ended"
[ "$(status_of -X POST "$base/batches/$batch/cancel")" = 409 ] || fail "a completed batch could be cancelled"

after= count=0
while page=$(call "$base/batches?limit=1${after:+&after=$after}") && [ "$(jq '.data | length' <<< "$page")" -gt 0 ]; do
  count=$((count + 1))
  after=$(jq -r .last_id <<< "$page")
  [ "$(jq .has_more <<< "$page")" = true ] || break
done
[ "$count" -ge 2 ] || fail "the list shows $count batches"
echo "listed one by one: $count batches"

for id in $(cat "$work/files") $(jq -rn '[inputs | .output_file_id, .error_file_id | values] | .[]' <<< "$done$ended"); do
  [ "$(call -X DELETE "$base/files/$id" | jq .deleted)" = true ] || fail "$id was not deleted"
  [ "$(status_of "$base/files/$id")" = 404 ] || fail "$id is still there"
done
echo "all good"
