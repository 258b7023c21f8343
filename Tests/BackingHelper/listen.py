"""Starts reprofs-backing as systemd does: as a user of its own with one right, and with a socket that listens.

    listen.py SOCKET PROGRAM
"""
import os, socket, sys

HELPER = 65533


def start(path, program):
    """Becomes the helper."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    os.chmod(path, 0o666)
    # As the unit has it.
    listener.listen(4096)
    if listener.fileno() != 3:
        os.dup2(listener.fileno(), 3)
        listener.close()
    os.set_inheritable(3, True)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    os.execvp("setpriv", ["setpriv", "--reuid", str(HELPER), "--regid", str(HELPER), "--clear-groups", "--inh-caps", "-all,+sys_admin",
                          "--ambient-caps", "-all,+sys_admin", "--bounding-set", "-all,+sys_admin", program])


if __name__ == "__main__":
    start(*sys.argv[1:])
