"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from limits import PATIENCE

OWNERS = ("postgres", "nobody")  # it refuses to run as root


def programs() -> Path | None:
    """Return the folder with the server's programs, if it is installed; Debian hides it."""
    found = [*map(Path, filter(None, [shutil.which("initdb")]))]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def why_not() -> str:
    """Say what is missing here, or nothing."""
    if programs() is None:
        return "PostgreSQL is not installed (Debian's package: postgresql)"
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        return f"no driver for PostgreSQL is installed (pip install '.[postgresql]'): {error}"
    return ""


class Server:
    """A running server; its databases are reached by ``url``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def url(self, database: str) -> str:
        """Return the address of a database, for nbgrader's ``db_url``."""
        return f"postgresql+psycopg://{OWNERS[0]}@/{database}?host={self._folder}"

    def create(self, database: str, copy_of: str = "template1") -> None:
        """Make a database; nobody may be connected to the one that it is a copy of."""
        self.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", copy_of
        )
        self.run(f'create database "{database}" template "{copy_of}"')

    def run(self, statement: str, *values: str) -> None:
        """Run one statement, by itself."""
        import psycopg

        where: dict[str, Any] = {"host": str(self._folder), "user": OWNERS[0]}
        with psycopg.connect(dbname="postgres", autocommit=True, **where) as connection:
            connection.execute(statement, values or None)


@contextmanager
def server() -> Iterator[Server]:
    """Start a server, which ends with this."""
    found = programs()
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket lies in it
    try:
        user = _give_away(folder)
        data = folder / "data"
        settings = ("-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=40")
        subprocess.run(
            [found / "initdb", "-D", data, "-U", OWNERS[0], "-A", "trust", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **user,
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [found / "postgres", "-D", data, "-k", folder, *settings],
                stdout=log,
                stderr=log,
                cwd=folder,
                start_new_session=True,
                **user,
            )
        try:
            running = Server(folder)
            _wait_for(running, process)
            yield running
        finally:
            process.terminate()
            process.wait(PATIENCE)
    finally:
        shutil.rmtree(folder)


def _give_away(folder: Path) -> dict[str, Any]:
    """Let somebody own the folder who may run a server; return what starts programs as that one."""
    if os.geteuid() != 0:
        return {}
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    owner = next(name for name in OWNERS if name in known)
    shutil.chown(folder, owner)
    return {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}


def _wait_for(running: Server, process: "subprocess.Popen[bytes]") -> None:
    import psycopg

    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return running.run("select 1")
        except psycopg.OperationalError:
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < deadline
            time.sleep(0.1)
