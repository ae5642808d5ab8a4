"""Which loopback ports are free."""

import errno
import socket

LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def taken(port: int) -> bool:
    """Whether somebody listens on `port`, on either loopback: a browser that asks for localhost may try ::1 first."""
    return any(_refused(family, host, port) for family, host in LOOPBACKS)


def _refused(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: TIME_WAIT is not "taken"
            probe.bind((host, port))
    except OSError as error:  # a machine without IPv6 answers with other numbers
        return error.errno in {errno.EADDRINUSE, errno.EACCES}
    return False


def free(preferred: int | None = None) -> int:
    """`preferred` when nobody has it, else any free port. Another process may still be faster: let the server report that."""
    if preferred is not None and preferred < 65536 and not taken(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
