"""Real LXC containers for tests, below a folder of the test's own (see ../README.md)."""
