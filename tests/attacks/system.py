"""Calls to the operating system that submitted code must not get through with.

Each source raises OSError where it is refused. What succeeds only in appearance asks for itself,
with ``insist``, whether anything happened. A cell finds these names: OUTSIDE (a folder of the
course), DOORS (one with sockets that others listen to), COURSE (the folder of the course), OWN
(that of the one that comes with the package), PACKAGE (that of the engine), OTHER, GRADER and
ZYGOTE (processes), ``kernel`` (a system call by its number on x86_64) and ``insist``. Every source
is harmless where it gets through. 97 marks what is on no list of known attacks.
"""

from dataclasses import dataclass

PRELUDE = """
import ctypes, errno, fcntl, mmap, multiprocessing, os, resource, signal, socket, subprocess, sys
from pathlib import Path
ZYGOTE = os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
def kernel(number, *arguments):
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), 'refused')
    return result
def insist(happened):
    if not happened:
        raise PermissionError('it was only pretended')
def buffer():
    return ctypes.create_string_buffer(256)
"""

SEES = "find out whether a file exists whose path it knows"
LOOKS = "look into other processes"


@dataclass(frozen=True)
class Attack:
    """A source; ``gap`` is what the probe says where it gets through although locked in.

    ``proof`` is off for what even a process that is not locked in cannot do.
    """

    id: str
    title: str
    source: str
    gap: str = ""
    proof: bool = True


FILES = [
    Attack("50", "reads a file", "open(f'{OUTSIDE}/secret').read()"),
    Attack("50", "lists a folder", "os.listdir(OUTSIDE)"),
    Attack("50", "asks for a file", "os.stat(f'{OUTSIDE}/secret')", gap=SEES),
    Attack("50", "steps into a folder", "os.chdir(OUTSIDE)", gap=SEES),
    Attack("50", "reads from within a folder", "os.chdir(OUTSIDE); open('secret').read()"),
    Attack(
        "50",
        "reads a hidden test",
        "open(f'{COURSE}/solutions/averages/hidden_tests.py').read()",
    ),
    Attack("50", "reads a solution", "open(f'{COURSE}/solutions/averages/__init__.py').read()"),
    Attack(
        "50",
        "reads the notebook with the solutions in it",
        "open(f'{COURSE}/assignments/averages/averages.ipynb').read()",
    ),
    Attack("50", "lists the assignments", "os.listdir(f'{COURSE}/solutions')"),
    Attack(
        "50",
        "reads a solution of the course that comes with the package",
        "open(f'{OWN}/solutions/_arguments.py').read()",
    ),
    Attack("50", "lists the assignments of that course", "os.listdir(f'{OWN}/solutions')"),
    Attack("50", "reads how hidden tests check", "open(f'{PACKAGE}/running/testing.py').read()"),
    Attack(
        "50",
        "reads by a descriptor that stands for a path",
        "folder = os.open(OUTSIDE, os.O_PATH)\nos.open('secret', os.O_RDONLY, dir_fd=folder)",
    ),
    Attack("50", "maps a file into memory", "import numpy; numpy.memmap(f'{OUTSIDE}/secret')"),
    Attack(
        "51",
        "reads by a symbolic link",
        "os.symlink(f'{OUTSIDE}/secret', 'link'); open('link').read()",
    ),
    Attack("52", "links a file into its folder", "os.link(f'{OUTSIDE}/secret', 'link')"),
    Attack("53", "reads who else works here", "open('/etc/passwd').read()"),
    Attack("54", "writes the gradebook", "open(f'{OUTSIDE}/gradebook.db', 'r+').write('100')"),
    Attack(
        "54",
        "maps the gradebook to write to it",
        "file = open(f'{OUTSIDE}/gradebook.db', 'r+b')\nmmap.mmap(file.fileno(), 0)[:1] = b'1'",
    ),
    Attack(
        "55",
        "changes a mode",
        "os.chmod(f'{OUTSIDE}/secret', 0o777)\n"
        "insist(os.stat(f'{OUTSIDE}/secret').st_mode & 0o777 == 0o777)",
    ),
    Attack(
        "55",
        "changes a time",
        "os.utime(f'{OUTSIDE}/secret', (0, 0))\ninsist(os.stat(f'{OUTSIDE}/secret').st_mtime == 0)",
    ),
    Attack("55", "changes an owner", "os.chown(f'{OUTSIDE}/secret', os.getuid(), os.getgid())"),
    Attack("55", "adds an attribute", "os.setxattr(f'{OUTSIDE}/secret', 'user.a', b'b')"),
    Attack("56", "deletes a file", "os.unlink(f'{OUTSIDE}/secret')"),
    Attack("56", "renames a file", "os.rename(f'{OUTSIDE}/secret', f'{OUTSIDE}/other')"),
    Attack(
        "56",
        "puts a file of its own in the place of another",
        "open('mine', 'w').close(); os.rename('mine', f'{OUTSIDE}/secret')",
    ),
    Attack(
        "56",
        "exchanges two files",
        "open('mine', 'w').close()\n"
        "exchange = 2\n"
        "kernel(316, -100, b'mine', -100, f'{OUTSIDE}/secret'.encode(), exchange)",
    ),
    Attack("56", "makes a folder", "os.mkdir(f'{OUTSIDE}/mine')"),
    Attack("56", "makes a pipe with a name", "os.mkfifo('pipe')"),
    Attack("93", "empties a file by its path", "os.truncate(f'{OUTSIDE}/secret', 0)"),
    Attack(
        "93",
        "empties a file that it opens to read",
        "os.open(f'{OUTSIDE}/secret', os.O_RDONLY | os.O_TRUNC)",
    ),
    Attack(
        "93",
        "empties a file that it opens to do neither",
        "os.open(f'{OUTSIDE}/secret', os.O_ACCMODE | os.O_TRUNC)",
    ),
    Attack("97", "writes into a library", "import numpy; open(numpy.__file__, 'r+')", proof=False),
    Attack("97", "locks a library's file", "fcntl.flock(open(os.__file__), fcntl.LOCK_EX)"),
    Attack("97", "locks a part of a file", "fcntl.lockf(open('mine', 'w'), fcntl.LOCK_EX)"),
    Attack("97", "takes a lease on a file", "fcntl.fcntl(open('mine', 'w'), 1024, 1)"),
    Attack("97", "watches a folder", "libc.inotify_init() >= 0 or insist(False)"),
    Attack("97", "leaves a file in /tmp", "open('/tmp/left', 'w').close(); os.unlink('/tmp/left')"),
    Attack(
        "97",
        "leaves a file beside its folder",
        "left = Path(os.environ['HOME']).parent / 'left'; left.touch(); left.unlink()",
    ),
]

PROCESSES = [
    Attack("57", "reads an environment", "open(f'/proc/{OTHER}/environ').read()"),
    Attack(
        "57",
        "reads the grader's environment",
        "open(f'/proc/{GRADER}/environ').read()",
        proof=False,
    ),
    Attack(
        "40",
        "reads the zygote's environment",
        "open(f'/proc/{ZYGOTE}/environ').read()",
        proof=False,
    ),
    Attack("57", "reads a memory", "open(f'/proc/{OTHER}/mem', 'rb')"),
    Attack("57", "reads the zygote's memory", "open(f'/proc/{ZYGOTE}/mem', 'rb')", proof=False),
    Attack("57", "looks at another's files", "os.listdir(f'/proc/{OTHER}/fd')"),
    Attack("57", "reads a command line", "open(f'/proc/{OTHER}/cmdline').read()"),
    Attack("58", "traces another process", "seize = 0x4206; kernel(101, seize, OTHER, 0, 0)"),
    Attack(
        "59", "reads another's memory by a call", "kernel(310, OTHER, buffer(), 1, buffer(), 1, 0)"
    ),
    Attack("60", "signals another process", "os.kill(OTHER, 0)"),
    Attack("60", "signals the zygote", "os.kill(ZYGOTE, 0)"),
    Attack("60", "signals everybody", "os.kill(-1, 0)"),
    Attack("60", "signals a group", "os.killpg(os.getpgid(ZYGOTE), 0)"),
    Attack("60", "signals by a descriptor", "signal.pidfd_send_signal(os.pidfd_open(OTHER), 0)"),
    Attack("60", "signals a thread", "kernel(234, OTHER, OTHER, 0)"),
    Attack("61", "has another one signalled", "fcntl.fcntl(3, fcntl.F_SETOWN, OTHER)"),
    Attack("61", "chooses the signal", "fcntl.fcntl(3, fcntl.F_SETSIG, signal.SIGKILL)"),
    Attack("94", "hides a command in the upper bits", "kernel(72, 3, 8 | 1 << 32, OTHER)"),
    Attack(
        "61",
        "has another one signalled by ioctl",
        "owner = ctypes.c_int(OTHER); kernel(16, 3, 0x8901, ctypes.byref(owner))",
    ),
    Attack("62", "asks for another's limits", "resource.prlimit(OTHER, resource.RLIMIT_NOFILE)"),
    Attack(
        "92",
        "asks for the zygote's limits",
        "resource.prlimit(ZYGOTE, resource.RLIMIT_NOFILE)",
        proof=False,  # they are kept from all that may not trace it
    ),
    Attack("62", "slows another one down", "os.setpriority(os.PRIO_PROCESS, OTHER, 19)"),
    Attack(
        "62",
        "ties another one to a processor",
        "os.sched_setaffinity(OTHER, os.sched_getaffinity(0))",
    ),
    Attack(
        "62",
        "changes how another one is scheduled",
        "before = os.sched_getscheduler(OTHER)\n"
        "new = os.SCHED_BATCH if before == os.SCHED_OTHER else os.SCHED_OTHER\n"
        "os.sched_setscheduler(OTHER, new, os.sched_param(0))\n"
        "insist(os.sched_getscheduler(OTHER) == new)",
    ),
    Attack("69", "forks", "os.fork() or os._exit(0)"),
    Attack("69", "runs a command", "insist(os.system('true') == 0)"),
    Attack("69", "runs a program", "subprocess.run(['true'], check=True)"),
    Attack("69", "spawns a program", "os.posix_spawn('/bin/true', ['true'], {})"),
    Attack(
        "69",
        "starts a process of Python",
        "multiprocessing.get_context('fork').Process(target=print).start()",
    ),
    Attack("70", "becomes another program", "os.execv('/bin/sleep', ['sleep', '1'])"),
    Attack("70", "makes a program in memory", "os.memfd_create('program')"),
    Attack("85", "starts a daemon", "os.fork() or (os.setsid(), os._exit(0))"),
    Attack(
        "97", "makes a thread with files of its own", "kernel(56, 0x10900, 0, 0, 0, 0)", proof=False
    ),
]

NETWORK = [
    Attack("63", "opens a stream", "socket.socket()"),
    Attack("64", "opens a datagram socket", "socket.socket(type=socket.SOCK_DGRAM)"),
    Attack("65", "asks for a name", "socket.getaddrinfo('example.org', 80)", proof=False),
    Attack("66", "speaks with the kernel", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"),
    Attack("66", "speaks with the host", "socket.socket(socket.AF_VSOCK)", proof=False),
    Attack(
        "67",
        "connects to a socket by its path",
        "socket.socket(socket.AF_UNIX).connect(f'{DOORS}/stream')",
    ),
    Attack(
        "67",
        "connects to a socket by its name",
        "socket.socket(socket.AF_UNIX).connect(f'\\0{DOORS}')",
    ),
    Attack(
        "67",
        "sends from a pair of sockets to a path",
        "pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "pair[0].sendto(b'knock', f'{DOORS}/box')",
    ),
    Attack(
        "67",
        "sends from a pair of streams to a path",
        "pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)\n"
        "pair[0].sendto(b'knock', f'{DOORS}/box')",
        proof=False,
    ),
]

KERNEL = [
    Attack("68", "sets up a ring of calls", "kernel(425, 1, buffer())", proof=False),
    Attack("75", "makes memory that no limit counts", "os.memfd_create('bomb')"),
    Attack("86", "keeps a key", "kernel(248, b'user', b'name', b'text', 4, -2)"),
    Attack("86", "asks for the session's keys", "kernel(250, 0, -3, 0)", proof=False),
    Attack(
        "86",
        "shares memory by a number",
        "shared = kernel(29, 0, 4096, 0o600); kernel(31, shared, 0, 0)",
    ),
    Attack("86", "makes a semaphore", "made = kernel(64, 0, 1, 0o600); kernel(66, made, 0, 0)"),
    Attack("86", "makes a queue", "made = kernel(68, 0, 0o600); kernel(71, made, 0, 0)"),
    Attack(
        "86",
        "shares memory by a name",
        "from multiprocessing.shared_memory import SharedMemory\n"
        "shared = SharedMemory(create=True, size=16)\n"
        "shared.close(); os.unlink('/dev/shm/' + shared.name)",
    ),
    Attack("86", "opens a queue by its name", "kernel(240, b'mine', 0o102, 0o600, 0)", proof=False),
    Attack("87", "makes itself a user namespace", "kernel(272, 0x10000000)", proof=False),
    Attack("87", "mounts", "kernel(165, b'none', b'.', b'tmpfs', 0, 0)", proof=False),
    Attack("87", "changes its root", "os.chroot('.')", proof=False),
    Attack("87", "asks for a personality", "kernel(135, 0xFFFFFFFF)"),
    Attack("87", "reads its descriptor table", "kernel(154, 0, buffer(), 16)"),
    Attack("87", "loads a program into the kernel", "kernel(321, 0, buffer(), 64)", proof=False),
    Attack("87", "counts events", "kernel(298, buffer(), 0, -1, -1, 0)", proof=False),
    Attack("87", "handles its own page faults", "kernel(323, 1)", proof=False),
    Attack(
        "87", "opens files by handle", "kernel(303, -100, b'.', buffer(), buffer(), 0)", proof=False
    ),
    Attack("97", "locks memory", "kernel(149, buffer(), 0)", proof=False),
    Attack("97", "types into the terminal", "fcntl.ioctl(0, 0x5412, b'x')", proof=False),
    Attack("97", "makes pages of pipes", "fcntl.fcntl(os.pipe()[1], 1031, 2**20)"),
    Attack(
        "97",
        "loads a filter for packets",
        "left, right = socket.socketpair()\nleft.setsockopt(socket.SOL_SOCKET, 26, bytes(16))",
        proof=False,
    ),
    Attack("97", "adds rules of its own", "kernel(444, 0, 0, 1)"),
]

ATTACKS = [*FILES, *PROCESSES, *NETWORK, *KERNEL]
