"""Reads a file in this very process, as the page does.

    python -m tests.bench.reading_inside PATH

Prints, as JSON, the rows, the seconds, those of the processor, and the memory (MiB) before and
at its peak.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from loyaltyadmin.points_adjustments import sheet

    before = _peak()
    content = Path(sys.argv[1]).read_bytes()
    started, cpu = time.monotonic(), time.process_time()
    reading = sheet.read(content=content)
    print(
        json.dumps(
            {
                "rows": len(reading.rows),
                "seconds": time.monotonic() - started,
                "cpu": time.process_time() - cpu,
                "before": before,
                "peak": _peak(),
            }
        )
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
