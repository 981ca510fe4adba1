"""What a child may ask of the kernel: the policy that ``filters`` holds ready to load.

Every system call that no table names fails with ENOSYS, as on a kernel that does not have it: a
call invented tomorrow is refused today, and the C library falls back to an older one. A call of
another architecture or of the x32 ABI, whose numbers mean other things, ends the child.

After a change here, run ``python -m autograder.sandbox.filters.generate``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple


class Answer(Enum):
    """What the kernel does with a call."""

    ALLOW = auto()
    REFUSE = auto()  # fails with EPERM, which Python raises as PermissionError
    PRETEND = auto()  # does nothing and reports success


class Argument(NamedTuple):
    """A condition on one argument of a call: ``argument & mask == value``, in 64 bits.

    The kernel reads only the lower half of most arguments. That is harmless where a condition
    allows, as bits that it overlooks can only make the condition fail; one that refuses needs a
    mask, or setting such a bit would get around it.
    """

    position: int
    value: int
    mask: int = 2**64 - 1


class Rule(NamedTuple):
    """The answer to a call whose arguments meet all conditions."""

    call: str
    answer: Answer
    arguments: tuple[Argument, ...] = ()


ALLOWED = {
    "memory": "brk madvise mmap mprotect mremap msync munmap",
    "reading and writing": """
        copy_file_range fadvise64 fallocate fdatasync fsync ftruncate lseek pread64 preadv preadv2
        pwrite64 pwritev pwritev2 read readv sendfile write writev""",
    "descriptors": "close close_range dup dup2 dup3 eventfd eventfd2 pipe pipe2",
    # Landlock decides about which of them: it sees every path but those of chdir and stat.
    "files and folders": """
        access chdir creat faccessat faccessat2 fchdir fstat fstatfs getcwd getdents64 lstat mkdir
        mkdirat newfstatat readlink readlinkat rename renameat renameat2 rmdir stat statfs statx
        umask unlink unlinkat""",
    # shutil.copy gives up when it cannot ask for them.
    "extended attributes, to read": """
        fgetxattr flistxattr getxattr lgetxattr listxattr llistxattr""",
    "waiting": """
        epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait poll ppoll
        pselect6 select""",
    # Without connect, and with the socketpair below, they reach the grader and the child itself.
    "sockets that are connected": """
        getpeername getsockname getsockopt recvfrom recvmsg sendto shutdown""",
    "time": """
        alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep setitimer
        time""",
    "signals of its own": """
        pause restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend
        rt_sigtimedwait sigaltstack""",
    "threads": """
        arch_prctl futex getcpu rseq sched_get_priority_max sched_get_priority_min
        sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_yield
        set_robust_list set_tid_address""",
    "its end, and children it does not have": "exit exit_group wait4 waitid",
    "facts": """
        capget getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority
        getrandom getresgid getresuid getrlimit getrusage getsid gettid getuid sysinfo times
        uname""",
}

REFUSED = {
    "other processes": """
        execve execveat fork kcmp kill pidfd_getfd pidfd_open pidfd_send_signal process_madvise
        process_mrelease process_vm_readv process_vm_writev ptrace rt_sigqueueinfo
        rt_tgsigqueueinfo setpgid setsid tgkill tkill vfork""",
    "their share of the machine": """
        ioprio_set migrate_pages move_pages sched_setaffinity setpriority""",
    "network": "accept accept4 bind connect listen socket",
    # A descriptor that is under way keeps a deleted file, and the room that it takes.
    "descriptors in messages": "sendmmsg sendmsg",
    # What outlives a child here would be read by the next one.
    "shared memory, queues and keys": """
        add_key keyctl memfd_create memfd_secret mq_open mq_unlink msgctl msgget msgrcv msgsnd
        request_key semctl semget semop semtimedop shmat shmctl shmdt shmget""",
    "namespaces and mounts": """
        chroot fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree pivot_root
        setns umount2 unshare""",
    "owners, attributes and special files": """
        capset chown fchown fchownat fremovexattr fsetxattr lchown link linkat lremovexattr
        lsetxattr mknod mknodat removexattr setfsgid setfsuid setgid setgroups setregid setresgid
        setresuid setreuid setuid setxattr symlink symlinkat""",
    # An open of a file for reading is enough to lock others out of it.
    "locks": "flock",
    # On old kernels Landlock lets it empty files that it lets nobody write.
    "truncation by path": "truncate",
    "the kernel": """
        acct adjtimex bpf clock_adjtime clock_settime delete_module fanotify_init fanotify_mark
        finit_module init_module inotify_add_watch inotify_init inotify_init1 inotify_rm_watch
        io_uring_enter io_uring_register io_uring_setup ioperm iopl kexec_file_load kexec_load
        landlock_add_rule landlock_create_ruleset landlock_restrict_self lookup_dcookie modify_ldt
        name_to_handle_at open_by_handle_at perf_event_open personality quotactl quotactl_fd reboot
        seccomp setdomainname sethostname settimeofday swapoff swapon syslog userfaultfd
        vhangup""",
}

PRETENDED = {
    # Landlock does not see them; shutil.copy and IPython give up when they fail.
    "modes and times of files": """
        chmod fchmod fchmodat futimesat utime utimensat utimes""",
    # ZeroMQ ends the process when they fail.
    "scheduling": "sched_setattr sched_setparam sched_setscheduler",
}

_CLONE_THREAD, _CLONE_FILES = 0x00010000, 0x00000400
_CLONE_NEW = 0x7E020000  # the namespaces that clone can make
_ACCESS_MODE, _WRITE_ONLY, _READ_WRITE, _TRUNCATE = 0o3, 0o1, 0o2, 0o1000
_OPENS = {"open": 1, "openat": 2}  # and which argument holds the flags
_UNIX = 1
_STREAM = 1
_SOL_SOCKET = 1
_SOCKET_TYPE = 0xF  # the rest of the argument are flags

_COMMANDS = {
    # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: no locks, and nobody to be
    # sent a signal when a descriptor becomes ready
    ("fcntl", 1): (0, 1, 2, 3, 4, 1030),
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
    ("ioctl", 1): (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451),
    # PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ
    ("prctl", 0): (3, 15, 16, 23),
    ("prlimit64", 0): (0,),  # itself
}


def rules() -> Iterator[Rule]:
    """Yield the whole policy; where a call has several rules, at most one of them applies."""
    groups = {Answer.ALLOW: ALLOWED, Answer.REFUSE: REFUSED, Answer.PRETEND: PRETENDED}
    for answer, calls_of in groups.items():
        for calls in calls_of.values():
            yield from (Rule(call, answer) for call in calls.split())
    for (call, index), commands in _COMMANDS.items():
        yield from (Rule(call, Answer.ALLOW, (Argument(index, c),)) for c in commands)
    yield from _clone()
    yield from _opens()
    yield from _sockets()


def _clone() -> Iterator[Rule]:
    """Threads and nothing else, and only such as share their open files: with files of its own,
    each could open as many as a whole process. The arguments of clone3 lie in memory, where a
    filter sees nothing: it is not there, and the C library uses clone instead."""
    shared = _CLONE_THREAD | _CLONE_FILES
    thread = Argument(0, shared, shared | _CLONE_NEW)
    yield Rule("clone", Answer.ALLOW, (thread,))
    yield Rule("clone", Answer.REFUSE, (Argument(0, 0, _CLONE_THREAD),))


def _opens() -> Iterator[Rule]:
    """No truncation without a mode that writes: Landlock on old kernels lets it empty files that
    may only be read. The fourth mode, 3, it takes for no access at all on any kernel."""
    allowed = {0, _WRITE_ONLY, _READ_WRITE, _WRITE_ONLY | _TRUNCATE, _READ_WRITE | _TRUNCATE}
    refused = {3, _TRUNCATE, 3 | _TRUNCATE}
    for call, index in _OPENS.items():
        for answer, modes in ((Answer.ALLOW, allowed), (Answer.REFUSE, refused)):
            for mode in sorted(modes):
                yield Rule(call, answer, (Argument(index, mode, _ACCESS_MODE | _TRUNCATE),))


def _sockets() -> Iterator[Rule]:
    """Pairs of streams, as an event loop uses: a datagram socket of a pair can still send to any
    other by its path. Of the options, only timeouts; others load programs, or take memory."""
    stream = Argument(1, _STREAM, _SOCKET_TYPE)
    yield Rule("socketpair", Answer.ALLOW, (Argument(0, _UNIX), stream))
    for option in (20, 21):  # SO_RCVTIMEO, SO_SNDTIMEO
        yield Rule("setsockopt", Answer.ALLOW, (Argument(1, _SOL_SOCKET), Argument(2, option)))
