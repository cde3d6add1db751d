"""deploy/Dockerfile, without building it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.deploy.installation import DEPLOY, NOBODY, ROOT

Instruction = tuple[str, str]


def instructions() -> list[Instruction]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text)).splitlines()
    pairs = [line.partition(" ") for line in lines if line.strip()]
    return [(name, rest) for name, _, rest in pairs]


def all_of(name: str) -> list[str]:
    return [rest for other, rest in instructions() if other == name]


def test_it_is_built_from_what_is_there_and_what_is_not_kept_out() -> None:
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    taken = {line[1:] for line in ignore if line.startswith("!")}
    assert "*" in ignore

    sources = {
        source
        for rest in all_of("COPY")
        if not rest.startswith("--from")
        for source in rest.split()[:-1]
    }

    assert sources == taken
    for source in sources:
        assert (ROOT / source).exists()


def test_it_takes_only_packages_that_are_locked() -> None:
    [install] = [rest for rest in all_of("RUN") if "pip install" in rest]

    assert "--require-hashes" in install
    assert "--requirement /requirements.txt" in install


def test_it_names_no_place_to_fetch_from() -> None:
    assert all(re.match(r"[a-z]+:[\w.-]+( AS \w+)?$", rest) for rest in all_of("FROM"))
    assert "://" not in " ".join(rest for rest in all_of("RUN") if "pip install" in rest)


def test_it_runs_as_nobody_and_gets_the_signal_to_stop_itself() -> None:
    assert all_of("USER") == [f"{NOBODY}:{NOBODY}"]
    [command] = all_of("CMD")
    program, *arguments = json.loads(command)
    assert Path(sys.prefix, "bin", program).is_file()
    assert (ROOT / arguments[-1]).is_file()
    for script in ("worker.sh", "beat.sh"):
        assert "\nexec celery " in (DEPLOY / script).read_text(encoding="utf-8")
        assert os.access(DEPLOY / script, os.X_OK)


def test_its_static_files_can_be_collected_with_what_that_step_is_told(tmp_path: Path) -> None:
    [step] = [rest for rest in all_of("RUN") if "collectstatic" in rest]
    words = shlex.split(step.partition("&&")[0])
    told = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    command = words[len(told) :]

    done = subprocess.run(
        [sys.executable, *command[1:], "--dry-run"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **told, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert command[0] == "python"
    assert done.returncode == 0, done.stderr


def test_nothing_secret_stays_in_it() -> None:
    kept = " ".join([*all_of("ENV"), *all_of("ARG")])

    assert not re.search("SECRET|KEY|PASSWORD|URL", kept)
