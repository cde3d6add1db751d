"""What `deploy/` would make of a machine, read from its files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
NOBODY = 65534
SECRETS = "/run/secrets"


def read_env(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))


def explained() -> set[str]:
    """Every variable that deploy/env.example knows, and what reads it from a file instead."""
    names = set(read_env(DEPLOY / "env.example"))
    return names | {f"{name}_FILE" for name in names}


def make_secrets(folder: Path) -> Path:
    """Run deploy/make-secrets.sh, and fill in what it leaves to a person; gives their folder."""
    script = shutil.copy(DEPLOY / "make-secrets.sh", folder)
    subprocess.run([script], check=True, capture_output=True)
    (folder / "secrets/zid_client_secret").write_text("from Zid's partner dashboard")
    return folder / "secrets"


def show_settings(
    environment: Mapping[str, str], *, secrets: Path, data_dir: Path, names: list[str]
) -> list[str]:
    """Start the app's settings in a process that has these variables and no others."""
    moved = {name: value.replace(SECRETS, str(secrets)) for name, value in environment.items()}
    code = f"from loyaltyadmin import settings; [print(getattr(settings, n)) for n in {names}]"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **moved, "DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
