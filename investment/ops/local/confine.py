"""
Become the process of an embedded server: in its own view of the file system, as its own user, tied to us.

Run as a script with one argument, a JSON object:

- ``command``: list of texts, executed in the end;
- ``parent``: process id of who started us; the server is sent ``death_signal`` when it dies;
- ``lock``: a file that the server keeps locked for as long as it or a child of it lives;
- ``locked``: a descriptor on which a byte says that the lock is ours, or null;
- ``uid``: the user and group to become, or null;
- ``binds``: pairs [folder, name]: each folder appears as ``root``/name in a private mount namespace;
- ``root``: an existing folder, on which a small file system of our own is mounted, in that namespace alone.

Ends with ``BUSY`` when the lock is held and with ``REFUSED`` when the kernel allows no namespace.
Only the standard library's smallest parts: it is started with ``python -I -S``, once per server.
"""

import ctypes
import fcntl
import json
import os
import stat
import sys
from typing import Any

BUSY = 75
REFUSED = 77

_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_MS_NOSUID, _MS_NODEV = 0x2, 0x4
_PR_SET_PDEATHSIG = 1


def confine(order: dict[str, Any]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    _lock(order["lock"])
    if order["locked"] is not None:
        os.write(order["locked"], b"!")
        os.close(order["locked"])
    if order["binds"]:
        try:
            _own_view(libc, order["root"], order["binds"])
        except OSError as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(REFUSED)
    if order["uid"] is not None:
        if stat.S_ISFIFO(os.fstat(0).st_mode):
            os.fchown(0, order["uid"], order["uid"])  # initdb reopens its standard input by name
        os.setgroups([])
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
    # After the change of user, which clears it; a parent that died before this line is seen on the next.
    libc.prctl(_PR_SET_PDEATHSIG, order["death_signal"], 0, 0, 0)
    if os.getppid() != order["parent"]:
        sys.exit(1)
    os.chdir("/")
    os.umask(0o077)
    os.execv(order["command"][0], order["command"])  # noqa: S606  # no shell is the point


def _lock(path: str) -> None:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(BUSY)
    os.set_inheritable(lock, True)


def _own_view(libc: ctypes.CDLL, root: str, binds: list[list[str]]) -> None:
    def checked(result: int, what: str) -> None:
        if result != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"{what}: {os.strerror(number)}")

    def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None) -> None:
        encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
        data = None if options is None else options.encode()
        checked(libc.mount(*encoded, ctypes.c_ulong(flags), data), f"mount on {target}")

    checked(libc.unshare(_CLONE_NEWNS), "unshare")
    mount(None, "/", None, _MS_REC | _MS_PRIVATE, None)
    # Opened first: the next mount hides a folder below `root`, but not its descriptor.
    sources = [(os.open(folder, os.O_PATH | os.O_DIRECTORY), name) for folder, name in binds]
    mount("tmpfs", root, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=64k,mode=0755")
    for descriptor, name in sources:
        target = os.path.join(root, name)  # noqa: PTH118  # pathlib would cost a third of our start
        os.mkdir(target, 0o755)  # noqa: PTH102
        mount(f"/proc/self/fd/{descriptor}", target, None, _MS_BIND, None)
        os.close(descriptor)


if __name__ == "__main__":
    confine(json.loads(sys.argv[1]))
