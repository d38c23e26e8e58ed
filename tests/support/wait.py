"""Waiting in tests: until something holds, never for a fixed time."""
import time


def until(condition, seconds=30, pause=0.05):
    """Calls condition() until it is true and returns what it returned; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "still not true after %s s: %s" % (seconds, condition)
        time.sleep(pause)
