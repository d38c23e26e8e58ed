"""Waiting in tests: until something holds, never for a fixed time."""
import time

SOON = 20  # seconds: far more than what ends at once takes, on a machine that is busy with other things


def until(condition, seconds=30, pause=0.05):
    """Calls condition() until it is true and returns what it returned; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "still not true after %s s: %s" % (seconds, condition)
        time.sleep(pause)
