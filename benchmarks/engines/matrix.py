#!/usr/bin/env python3
"""Runs the compatibility matrix: a gateway of this build in front of a real engine, one cell after the other.

    matrix.py --name "vLLM 0.32" --start 'vllm serve DIR --served-model-name {model} --port {port} ...'

The engine is started by the command, with {port} and {model} filled in; "exec" is put before it, so that signals reach the engine
itself. The gateway is "./backfill serve" of this checkout. Prints a Markdown table. Exit status: 0 if no cell failed.
Needs Python 3.9 or later, nothing else.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

from cells import CELLS, ENDPOINTS, Failed, NotOffered, Run, models_yaml
from processes import Engine, Gateway


def run_cell(run, cell):
    name, expected, function = cell
    begin = time.monotonic()
    try:
        result, happened = "pass", function(run)
    except NotOffered as e:
        result, happened = "not offered", str(e)
    except Failed as e:
        result, happened = "**fail**", str(e)
    except Exception as e:  # a cell that breaks must not end the run
        traceback.print_exc()
        result, happened = "**fail**", f"{type(e).__name__}: {e}"
    print(f"{result:12} {name}: {happened} ({time.monotonic() - begin:.1f} s)", file=sys.stderr, flush=True)
    return name, expected, happened, result


def table(name, rows):
    lines = [f"| {name} | expected | happened | |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(part.replace("|", "\\|").replace("\n", " ") for part in row) + " |" for row in rows]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="heading of the table, such as 'vLLM 0.32'")
    parser.add_argument("--start", required=True, help="command that runs the engine in the foreground")
    parser.add_argument("--model", default="tiny", help="name of the model (%(default)s)")
    parser.add_argument("--embeddings-start", help="command that runs an engine for embeddings in the foreground")
    parser.add_argument("--embeddings-model", default="embedder", help="its name (%(default)s)")
    parser.add_argument("--port", type=int, default=18210,
                        help="first of four free ports: engine, engine for embeddings, gateway, its health (%(default)s)")
    parser.add_argument("--tokens", type=int, default=150,
                        help="length of the answers in the cells about restarts and queues; less for a slow engine (%(default)s)")
    parser.add_argument("--cells", help="only cells whose name contains one of these texts, separated by commas")
    parser.add_argument("--folder", help="empty folder for data and logs (a temporary one, removed if all cells pass)")
    arguments = parser.parse_args()

    folder = pathlib.Path(arguments.folder or tempfile.mkdtemp(prefix="backfill-matrix-"))
    folder.mkdir(parents=True, exist_ok=True)
    engine = Engine(arguments.start, arguments.port, folder / "engine.log")
    embedder = (Engine(arguments.embeddings_start, arguments.port + 1, folder / "embeddings.log")
                if arguments.embeddings_start else None)
    wanted = [text for text in (arguments.cells or "").split(",") if text]
    cells = [cell for cell in CELLS if not wanted or any(text in cell[0] for text in wanted)]
    gateway = None
    try:
        engine.start(arguments.model, wait=False)
        gateway = Gateway(folder / "data", arguments.port + 2,
                          models_yaml(engine, arguments.model, embedder, arguments.embeddings_model), ENDPOINTS)
        engine.await_ready()
        run = Run(gateway, engine, arguments.model, embedder, arguments.embeddings_model, arguments.tokens)
        rows = [run_cell(run, cell) for cell in cells]
    finally:
        engine.stop()
        if gateway is not None:
            gateway.stop()
    print(table(arguments.name, rows))
    failed = any(row[3] == "**fail**" for row in rows)
    if not failed and not arguments.folder:
        shutil.rmtree(folder)
    else:
        print(f"data and logs are in {folder}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
