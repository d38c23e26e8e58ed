"""A connection that is not `local` by name, so that paths mean paths on the target."""
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: far_away
short_description: the local connection under another name
description: [For tests.]
options: {}
"""


class Connection(Local):
    transport = "far_away"
