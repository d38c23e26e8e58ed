"""What all tests share: SIGTERM ends a run as Ctrl-C does, so that what fixtures made is taken down."""
import signal


def _interrupt(*_):
    # Nothing may break into the tear-down. Not SIG_IGN, which programs that it starts would inherit.
    signal.signal(signal.SIGTERM, lambda *_: None)
    raise KeyboardInterrupt("SIGTERM")


def pytest_configure():
    signal.signal(signal.SIGTERM, _interrupt)
