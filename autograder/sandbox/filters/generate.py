"""Translate the policy into filters: ``python -m autograder.sandbox.filters.generate``.

Run after a change of ``syscalls``, on any Linux machine: it writes the filters of all processors.
Needs pyseccomp and libseccomp (2.5.4 or newer), which grading does not.
"""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pyseccomp

from ..syscalls import Answer, rules

ARCHITECTURES = {"aarch64": pyseccomp.Arch.AARCH64, "x86_64": pyseccomp.Arch.X86_64}

_ACTIONS = {
    Answer.ALLOW: pyseccomp.ALLOW,
    Answer.REFUSE: pyseccomp.ERRNO(errno.EPERM),
    Answer.PRETEND: pyseccomp.ERRNO(0),
}
_UNKNOWN = -1
_BINARY_TREE = 2  # in place of a search through all calls one by one


def build(architecture: int) -> bytes:
    """Return the filter of an architecture, an array of ``struct sock_filter``.

    Raises LookupError for a name in the policy that no architecture has.
    """
    program = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    program.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)
    program.set_attr(pyseccomp.Attr.CTL_OPTIMIZE, _BINARY_TREE)
    if architecture != pyseccomp.system_arch():
        program.add_arch(architecture)
        program.remove_arch(pyseccomp.system_arch())
    for call, answer, arguments in rules():
        number = pyseccomp.resolve_syscall(architecture, call)
        if number == _UNKNOWN:
            raise LookupError(
                f"libseccomp knows no system call {call!r}: correct its name in syscalls.py, or"
                " leave it out if it is too new, as calls without a rule are refused anyway"
            )
        if number >= 0:  # below, an old call that newer architectures were made without
            conditions = [
                pyseccomp.Arg(position, pyseccomp.MASKED_EQ, mask, value)
                for position, value, mask in arguments
            ]
            program.add_rule(_ACTIONS[answer], call, *conditions)
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()


def main() -> None:
    """Write the filters beside this file."""
    for name, architecture in ARCHITECTURES.items():
        Path(__file__).with_name(f"{name}.bpf").write_bytes(build(architecture))


if __name__ == "__main__":
    main()
