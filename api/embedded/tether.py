"""A launcher: becomes the given program, which the kernel then signals as soon as its parent dies.

Run as `python -I -S tether.py PARENT_PID SIGNAL UID:GID PROGRAM ARGUMENT…`; `UID:GID` is `-` to stay who we are.
A separate program instead of `preexec_fn`, because Python code between fork and exec can deadlock in a threaded parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal_number: int, account: str, command: list[str]) -> None:
    if account != "-":
        uid, gid = (int(number) for number in account.split(":"))
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # the program must hear what our parent holds back
    # After setuid, because a change of account clears the request.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the parent ended before the tether was tied")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
