"""What this machine offers to lock submitted code in, and what to do about what is missing."""

from __future__ import annotations

import platform

from rich.console import Console
from rich.table import Table

from ..sandbox.host import LayersInUse, Sandbox
from ..sandbox.landlock import NEWEST_ABI
from ..sandbox.level import Level
from ..sandbox.probe import ATTEMPTS

_MEANINGS: dict[Level, str] = {
    "strong": "Submitted code can write its own folder alone, read little, and disturb nobody.",
    "medium": "Submitted code can forge no result, but could read or send what it should not.",
    "none": "Nothing is graded here, unless with --unsafe-no-sandbox.",
}
WHAT_BUBBLEWRAP_ADDS = (
    "Without bubblewrap, submitted code can find out whether a file exists whose path it knows, "
    "its size, its times and its owner, and no limit holds for all its files together."
)
_BUBBLEWRAP = f"""\
bubblewrap: install the package of that name. If it is there and does not run, the machine keeps
  ordinary users from making namespaces:
  - Ubuntu 23.10 and later: sysctl kernel.apparmor_restrict_unprivileged_userns=0
  - older Debian: sysctl kernel.unprivileged_userns_clone=1
  - Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined
  The other two layers can be strong without it. {WHAT_BUBBLEWRAP_ADDS}"""
_LANDLOCK = """\
Landlock: needs Linux 5.13 or later, built with CONFIG_SECURITY_LANDLOCK and started with landlock
  in its option lsm=. Docker has let containers use it since version 23; gVisor does not have it."""
_SECCOMP = """\
seccomp: needs Linux built with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64."""


def examine(console: Console) -> Level:
    """Start a sandbox, print what holds in it and what is missing, and return the level."""
    with Sandbox() as sandbox:
        probe, layers = sandbox.probe, sandbox.layers
    console.print(f"Sandbox level: [bold]{probe.level}[/bold]. {_MEANINGS[probe.level]}")
    console.print(_layers_table(layers))
    table = Table("submitted code trying to", "is")
    for attempt in ATTEMPTS.values():
        possible = attempt.sentence in probe.gaps
        table.add_row(attempt.sentence, "[red]not stopped[/red]" if possible else "refused")
    console.print(table)
    for remedy in _remedies(layers):
        console.print(remedy, highlight=False, markup=False, soft_wrap=True)
    return probe.level


def _layers_table(layers: LayersInUse) -> Table:
    table = Table("layer", "here")
    table.add_row("bubblewrap", layers.no_bubblewrap or "runs")
    abi = layers.landlock_abi
    table.add_row("Landlock", f"ABI {abi}; {NEWEST_ABI} is the newest used" if abi else "missing")
    processor = platform.machine()
    table.add_row("seccomp", f"{'the filter' if layers.seccomp else 'none'} for {processor}")
    return table


def _remedies(layers: LayersInUse) -> list[str]:
    return [
        *([_BUBBLEWRAP] if layers.no_bubblewrap else []),
        *([] if layers.landlock_abi else [_LANDLOCK]),
        *([] if layers.seccomp else [_SECCOMP]),
    ]
