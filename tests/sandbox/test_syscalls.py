"""The policy in force: what a Python process can still do under the filter, and what not."""

import errno
import json
import platform
import signal
import subprocess
import sys

import pytest

ORDINARY_LIFE = {
    "threads": """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(abs, range(100))) == 4950
    """,
    "the event loop": """
        import asyncio
        asyncio.run(asyncio.sleep(0))
        async def in_a_thread():
            return await asyncio.to_thread(sum, [1, 2])
        assert asyncio.run(in_a_thread()) == 3
    """,
    "a pair of sockets": """
        import socket
        left, right = socket.socketpair()
        left.settimeout(1)
        right.settimeout(1)
        left.sendall(b"hello")
        assert right.recv(5) == b"hello"
        left.shutdown(socket.SHUT_RDWR)
        left.close()
        right.close()
    """,
    "time and processors": """
        import os, signal, time
        time.sleep(0.001)
        assert os.cpu_count() > 0 and os.sched_getaffinity(0)
        signal.setitimer(signal.ITIMER_REAL, 10)
        signal.alarm(0)
    """,
    "files": """
        import os
        from pathlib import Path
        Path("a").write_text("one")
        assert Path("a").read_text() == "one"
        with open("a", "r+") as file:
            file.truncate(1)
        os.rename("a", "b")
        os.replace("b", "c")
        os.mkdir("folder")
        assert {entry.name for entry in os.scandir(".")} >= {"c", "folder"}
        os.unlink("c")
        os.rmdir("folder")
    """,
    "copies": """
        import os, shutil
        with open("original", "w") as file:
            file.write("text")
        shutil.copy("original", "copy")
        shutil.copy2("original", "second copy")
        assert open("copy").read() == open("second copy").read() == "text"
    """,
    "temporary files": """
        import tempfile
        with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
            file.write(b"text")
            file.flush()
        with tempfile.TemporaryFile() as file:
            file.write(b"text")
    """,
    "mapped files": """
        import mmap
        with open("mapped", "wb+") as file:
            file.truncate(4096)
            with mmap.mmap(file.fileno(), 4096) as mapping:
                mapping[:2] = b"ab"
                mapping.flush()
        assert open("mapped", "rb").read(2) == b"ab"
    """,
    "numpy": """
        import numpy as np
        a = np.random.default_rng(1).normal(size=(200, 200))
        assert np.allclose(np.linalg.inv(a) @ a, np.eye(200))
        np.save("array.npy", a)
        assert np.array_equal(np.load("array.npy"), a)
        mapped = np.memmap("array.raw", dtype=float, mode="w+", shape=(10, 10))
        mapped[:] = 1
        mapped.flush()
        assert np.fromfile("array.raw").sum() == 100
    """,
    "plots": """
        import io
        from matplotlib.figure import Figure
        figure = Figure()
        figure.add_subplot().plot([1, 2], [3, 4], label="$x^2$")
        memory = io.BytesIO()
        figure.savefig(memory, format="png")
        figure.savefig("plot.svg")
        assert memory.getvalue().startswith(b"\\x89PNG") and open("plot.svg").read()
    """,
    "a notebook's shell": """
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config
        shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
        assert shell.run_cell("import asyncio\\nawait asyncio.sleep(0, 5)").result == 5
    """,
    "callbacks from C": """
        import ctypes
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int)
        )
        numbers = (ctypes.c_int * 3)(3, 1, 2)
        compare = kind(lambda a, b: a[0] - b[0])
        ctypes.CDLL(None).qsort(numbers, 3, 4, compare)
        assert list(numbers) == [1, 2, 3]
    """,
    "json, and a database in memory": """
        import json, sqlite3
        assert json.loads(json.dumps({"a": 1})) == {"a": 1}
        database = sqlite3.connect(":memory:")
        assert database.execute("select 1 + 1").fetchone() == (2,)
        database.close()
    """,
    "its own limits": """
        import resource
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    """,
    "a mode and a time that stay as they are": """
        import os
        with open("plain", "w"):
            pass
        before = os.stat("plain")
        os.chmod("plain", 0o777)
        os.utime("plain", (0, 0))
        after = os.stat("plain")
        assert (before.st_mode, before.st_mtime_ns) == (after.st_mode, after.st_mtime_ns)
    """,
}

REFUSALS = {
    "another process": "import os; os.fork() or os._exit(0)",
    "a program": "import subprocess, sys; subprocess.run([sys.executable, '--version'])",
    "a program in its place": "import os, sys; os.execv(sys.executable, ['python', '--version'])",
    "a pool of processes": "import multiprocessing; multiprocessing.get_context('fork').Process("
    "target=print).start()",
    "a connection": "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)",
    "a datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "a datagram from a pair of sockets": "import socket; socket.socketpair(type=socket.SOCK_DGRAM)",
    "a descriptor in a message": "import socket; "
    "socket.send_fds(socket.socketpair()[0], [b'x'], [0])",
    "a signal": "import os; os.kill(os.getpid(), 0)",
    "a signal by way of a descriptor": "import fcntl; fcntl.fcntl(0, fcntl.F_SETOWN, 1)",
    "a lock": "import fcntl; fcntl.flock(0, fcntl.LOCK_EX)",
    "the limits of another process": "import os, resource; "
    "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)",
    "a link": "import os; os.symlink('/', 'root')",
    "truncation by path": "import os; os.truncate('/nowhere', 0)",
    "truncation of what is read": "import os; os.open('/nowhere', os.O_RDONLY | os.O_TRUNC)",
    "truncation without a mode": "import os; os.open('/nowhere', 3 | os.O_TRUNC)",
}

# Runs each text under the filter and prints what it raised.
UNDER_THE_FILTER = """
import json, sys, textwrap
from autograder.sandbox import kernel, seccomp

texts = json.load(sys.stdin)
kernel.gain_no_privileges()
seccomp.install(seccomp.load_filter())
raised = {}
for title, text in texts.items():
    try:
        exec(compile(textwrap.dedent(text), title, "exec"), {"__name__": "__main__"})
        raised[title] = ""
    except Exception as error:
        raised[title] = repr(error)
print(json.dumps(raised))
"""


@pytest.fixture(scope="module")
def raised_under_the_filter(tmp_path_factory) -> dict[str, str]:
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        pytest.skip("there is no filter for this machine")
    process = subprocess.run(
        [sys.executable, "-c", UNDER_THE_FILTER],
        input=json.dumps(ORDINARY_LIFE | REFUSALS),
        cwd=tmp_path_factory.mktemp("scratch"),
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])


@pytest.mark.parametrize("title", ORDINARY_LIFE)
def test_ordinary_life_goes_on_with(raised_under_the_filter, title):
    assert raised_under_the_filter[title] == ""


@pytest.mark.parametrize("title", REFUSALS)
def test_a_child_is_refused(raised_under_the_filter, title):
    raised = raised_under_the_filter[title]
    assert raised.startswith(("PermissionError", f"OSError({errno.ENOSYS}")), raised


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 is an ABI of x86_64")
def test_a_call_of_the_x32_abi_ends_the_child():
    call_getpid = UNDER_THE_FILTER + "import ctypes; ctypes.CDLL(None).syscall(0x40000000 | 39)"
    process = subprocess.run([sys.executable, "-c", call_getpid], input="{}", text=True)
    assert process.returncode == -signal.SIGSYS
