# Copyright: osa_ops.mcapi_vexxhost authors
# SPDX-License-Identifier: Apache-2.0
"""The controller's share of capi_backup: none but bringing the program to the target.

Not a link to k8s_apply.py: what is called src there is a file of the controller, and here it is one of the target, where
the archives are.
"""

from __future__ import annotations

from ansible_collections.osa_ops.mcapi_vexxhost.plugins.plugin_utils.native import NativeAction


class ActionModule(NativeAction):
    pass
