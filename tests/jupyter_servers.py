"""A Jupyter server of this environment: JupyterLab, Notebook 7, nbgrader's extensions."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from limits import PATIENCE
from playwright.sync_api import Page


@contextmanager
def jupyter_server(folder: Path, own: Path) -> Iterator[str]:
    """Start one in a folder, and give its address once it answers.

    ``own`` is where it keeps its configuration and data.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--port={port}", "--no-browser", "--allow-root", "--IdentityProvider.token="]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", *options, f"--notebook-dir={folder}"],
        cwd=folder,
        env={
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(own / "config"),
            "JUPYTER_DATA_DIR": str(own / "data"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_listens(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_until_it_listens(server: subprocess.Popen[bytes], port: int) -> None:
    while server.poll() is None:
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the Jupyter server ended before it listened")


def open_notebook(page: Page, address: str) -> None:
    """Go there, in JupyterLab or in Notebook 7, and wait until it has a kernel.

    Whoever runs a cell earlier is asked for the kernel. An indicator without one says idle, too.
    """
    page.goto(address)
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.locator(".jp-Toolbar-kernelName", has_text="Python 3").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()


def run_all(page: Page) -> None:
    page.locator(".lm-MenuBar-item", has_text="Run").click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
