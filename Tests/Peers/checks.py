"""What the judges of the server have in common: they say of everything that they look at whether it is as it should be,
and wait for a server that comes up."""
import socket
import sys
import time

wrong = []


def check(what, good, seen=None):
    """Says whether something is right, and takes note where it is not."""
    print(("ok    " if good else "WRONG ") + what + ("" if good else f": {seen!r}"), flush=True)
    if not good:
        wrong.append(what)


def refused(what, call, error, status, words=""):
    """Checks that a call is refused with a status, and for a reason that has these words."""
    try:
        check(what, False, call())
    except error as refusal:
        check(what, refusal.status_code == status and words in str(refusal), refusal)


def free_port():
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(ask, error=OSError, seconds=60):
    """What a server answers that is still coming up."""
    end = time.time() + seconds
    while True:
        try:
            return ask()
        except error:
            if time.time() > end:
                raise
            time.sleep(0.1)


def finish():
    """Ends the judge."""
    sys.exit(bool(wrong))
