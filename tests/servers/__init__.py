"""Real servers for tests, benchmarks and demonstrations (see README.md)."""
