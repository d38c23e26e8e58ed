"""The real clusterctl, and what it installs: see build.py, repository.py and client.py."""
