"""matplotlib's list of the machine's fonts, made once: looking for them takes seconds."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

_SECONDS = 120
_LISTS = "fontlist-*.json"


def font_list(workshop: Path) -> Path:
    """Return a folder that holds the list; it is made in ``workshop`` if the user has none yet."""
    kept = _cache() / "why-convolutions" / f"matplotlib-{version('matplotlib')}"
    if any(kept.glob(_LISTS)):
        return kept
    made = workshop / "matplotlib"
    made.mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "-I", "-c", "import matplotlib.font_manager"],
        env={"PATH": os.defpath, "MPLCONFIGDIR": str(made)},
        check=False,  # without a list, it is looked for again at every start
        timeout=_SECONDS,
        capture_output=True,
    )
    with contextlib.suppress(OSError):  # a home that cannot be written to
        kept.mkdir(parents=True, exist_ok=True)
        for path in made.glob(_LISTS):
            unfinished = kept / f"{os.getpid()}.tmp"
            shutil.copyfile(path, unfinished)
            unfinished.rename(kept / path.name)  # whole, whoever else does the same
    return made


def _cache() -> Path:
    """Return the user's folder for such things; one that is not absolute does not count."""
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return given if given.is_absolute() else Path.home() / ".cache"
