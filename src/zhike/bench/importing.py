"""`python -m zhike.bench.importing RUN`: one import as a worker does it, with its time and its largest memory."""

from __future__ import annotations

import json
import os
import resource
import sys
import time

import django


def main(run_id: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    django.setup()
    from zhike.base.changelog import reading
    from zhike.bench import ground
    from zhike.records.importing import running

    ground.enter_schema()
    begun = time.perf_counter()
    run = running.perform(run_id)
    imported = time.perf_counter()
    reading.catch_up()
    ended = time.perf_counter()
    if run.created == 0 or run.failure:
        raise SystemExit(f"The import came to nothing: {run.failure or run.state}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    told = {"seconds": ended - begun, "import": imported - begun, "search": ended - imported, "peak": peak}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
