# Copyright: osa_ops.mcapi_vexxhost authors
# SPDX-License-Identifier: Apache-2.0
"""The controller's share of lxc_container: none but bringing the program to the target.

Not a link to k8s_apply.py: what is called template there is rendered here, and here it is a program of the target.
"""

from __future__ import annotations

from ansible_collections.osa_ops.mcapi_vexxhost.plugins.plugin_utils.native import NativeAction


class ActionModule(NativeAction):
    pass
