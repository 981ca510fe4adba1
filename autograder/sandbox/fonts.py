"""matplotlib's list of the machine's fonts, made once: looking for them takes seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

_SECONDS = 120


def font_cache(fallback: Path) -> Path:
    """Return a folder that holds the list; below ``fallback`` where the user has no cache."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "why-convolutions" / f"matplotlib-{version('matplotlib')}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError
    except OSError:
        folder = fallback / "matplotlib"
        folder.mkdir(exist_ok=True)
    if not any(folder.glob("fontlist-*.json")):
        subprocess.run(
            [sys.executable, "-I", "-c", "import matplotlib.font_manager"],
            env={"PATH": os.defpath, "MPLCONFIGDIR": str(folder)},
            check=False,  # it will be looked for again at every start
            timeout=_SECONDS,
            capture_output=True,
        )
    return folder
