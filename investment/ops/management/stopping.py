"""How commands that run until they are stopped hear of it."""

import signal
import threading


def asked_to_stop() -> threading.Event:
    """Return what is set once this process is asked to end; from now on nothing else happens then."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
