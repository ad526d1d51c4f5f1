"""The two processes of a run: the engine under test and a gateway of this build."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid

START_SECONDS = 900
END_SECONDS = 1200  # of a batch
GRACE_SECONDS = 30
ROOT = pathlib.Path(__file__).resolve().parents[2]


def http(method, url, body=None, headers=None, timeout=300):
    """Returns status and body of a call. Answers of every status are returned; a call without an answer raises OSError."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read()


def wait_for(what, condition, seconds, pause=0.25):
    """Returns the first true result of a condition."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(pause)


class Engine:
    """An engine that a shell command starts. The command may contain {port} and {model}."""

    def __init__(self, command, port, log):
        self.command, self.port, self.log = command, port, pathlib.Path(log)
        self.url = f"http://127.0.0.1:{port}"
        self.process = None

    def start(self, model, wait=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", "exec " + self.command.format(port=self.port, model=model)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        if wait:
            self.await_ready()

    def await_ready(self):
        wait_for(f"the engine ({self.log})", self._is_ready, START_SECONDS)

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the engine ended with status {self.process.returncode}; its log is {self.log}")
        try:
            return http("GET", self.url + "/health", timeout=2)[0] == 200
        except OSError:
            return False

    def stop(self, sent=signal.SIGTERM):
        """Sends the signal to the engine and, as Kubernetes does, SIGKILL after 30 s. Returns what happened."""
        if self.process is None:
            return "not running"
        begin = time.monotonic()
        self.process.send_signal(sent)
        try:
            self.process.wait(timeout=GRACE_SECONDS)
            happened = f"gone after {time.monotonic() - begin:.1f} s"
        except subprocess.TimeoutExpired:
            happened = f"not gone after {GRACE_SECONDS} s and killed"
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # the engine, or what it has left behind
        except ProcessLookupError:
            pass
        self.process.wait(timeout=10)
        self.process = None
        return happened

    def metrics(self):
        return http("GET", self.url + "/metrics", timeout=120)


class Gateway:
    """A gateway of this build in profile local, with a client of its API."""

    def __init__(self, folder, port, models, endpoints):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.write_models(models)
        self.url = f"http://127.0.0.1:{port}"
        self.ready = f"http://127.0.0.1:{port + 1}/health/ready"
        environment = dict(
            os.environ, BACKFILL_DATA_DIR=str(self.folder), BACKFILL_HTTP_PORT=str(port),
            BACKFILL_MANAGEMENT_PORT=str(port + 1), BACKFILL_BATCHES_ENDPOINTS=",".join(endpoints))
        with open(self.folder / "console.log", "ab") as console:
            self.process = subprocess.Popen(
                [str(ROOT / "backfill"), "serve"], env=environment, cwd=self.folder,
                stdout=console, stderr=console, stdin=subprocess.DEVNULL, start_new_session=True)
        wait_for("the gateway", self._is_ready, 600)

    def write_models(self, text):
        (self.folder / "models.yaml.new").write_text(text)
        (self.folder / "models.yaml.new").replace(self.folder / "models.yaml")

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended with status {self.process.returncode}; see {self.folder}/console.log")
        try:
            return http("GET", self.ready, timeout=2)[0] == 200
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)

    def json(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        status, answer = http(method, self.url + path, data, {"Content-Type": "application/json"})
        return status, json.loads(answer)

    def upload(self, lines):
        boundary = uuid.uuid4().hex
        content = "".join(json.dumps(line) + "\n" for line in lines)
        body = (f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n'
                f"{content}\r\n--{boundary}--\r\n").encode()
        status, answer = http("POST", self.url + "/v1/files", body,
                              {"Content-Type": f"multipart/form-data; boundary={boundary}"})
        if status != 200:
            raise RuntimeError(f"upload: {status} {answer[:300]!r}")
        return json.loads(answer)["id"]

    def create(self, endpoint, bodies):
        """Creates a batch with one line per body, r-0, r-1 and so on."""
        lines = [{"custom_id": f"r-{i}", "method": "POST", "url": endpoint, "body": body}
                 for i, body in enumerate(bodies)]
        return self.json("POST", "/v1/batches", {
            "input_file_id": self.upload(lines), "endpoint": endpoint, "completion_window": "24h"})

    def batch(self, batch_id):
        return self.json("GET", f"/v1/batches/{batch_id}")[1]

    def await_end(self, batch_id, seconds=END_SECONDS):
        ended = ("completed", "failed", "expired", "cancelled")
        return wait_for(f"the end of {batch_id}", lambda: self._if(batch_id, ended), seconds)

    def _if(self, batch_id, states):
        batch = self.batch(batch_id)
        return batch if batch["status"] in states else None

    def results(self, batch):
        """Returns all result lines, those of the output file first."""
        lines = []
        for key in ("output_file_id", "error_file_id"):
            if batch[key]:
                content = http("GET", f"{self.url}/v1/files/{batch[key]}/content")[1]
                lines += [json.loads(line) for line in content.splitlines()]
        return lines

    def metric(self, name, model):
        """Returns the sum of a metric's series that belong to a model, None if there are none."""
        text = http("GET", self.url + "/metrics")[1].decode()
        values = [float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                  if line.startswith(name + "{") and f'model="{model}"' in line]
        return sum(values) if values else None
