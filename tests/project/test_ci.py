"""In CI a test that would be skipped fails; at home it is skipped and says why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = "import pytest\n\ndef test_it():\n    pytest.skip('no tor here')\n"
WHOLE_FILE = "import pytest\n\npytest.skip('no java here', allow_module_level=True)\n"
EXPECTED = "import pytest\n\n@pytest.mark.xfail(strict=True)\ndef test_it():\n    assert False\n"


@pytest.mark.parametrize(
    ("content", "ci", "ends"),
    [
        (SKIPPED, "", (0, "no tor here")),
        (SKIPPED, "true", (1, "in CI nothing may be skipped")),
        (WHOLE_FILE, "true", (2, "no java here")),
        (EXPECTED, "true", (0, "1 xfailed")),
    ],
)
def test_a_skip_fails_in_ci(
    root: Path, tmp_path: Path, content: str, ci: str, ends: tuple[int, str]
) -> None:
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    code, said = ends
    (tmp_path / "test_some.py").write_text(content, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-rsf", "-p", "no:cacheprovider", "-c", os.devnull,
         "--rootdir", tmp_path, tmp_path],
        capture_output=True, text=True, check=False, env={**os.environ, "CI": ci},
    )  # fmt: skip
    assert answer.returncode == code, answer.stdout
    assert said in answer.stdout


def test_ci_runs_the_documented_commands(root: Path) -> None:
    text = (root / ".ci" / "run").read_text("utf-8")
    assert "export CI=true" in text
    assert "scripts/system-packages.sh" in text
    assert "\nmake test\n" in text
    assert "make check" in text
