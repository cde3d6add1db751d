"""What a process uses, read from /proc (Linux)."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Use:
    cpu_seconds: float
    resident_mib: float
    at: float

    def cpu_share_since(self, before: Use) -> float:
        """Of one core."""
        return (self.cpu_seconds - before.cpu_seconds) / (self.at - before.at)


def of(pid: int) -> Use:
    # The name, in brackets, may hold blanks; what follows it does not.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return Use(
        cpu_seconds=(int(fields[11]) + int(fields[12])) / TICKS_A_SECOND,
        resident_mib=int(resident.split()[1]) / 1024,
        at=time.monotonic(),
    )
