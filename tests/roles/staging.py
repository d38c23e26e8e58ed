"""The collection as it is installed, from the working tree: roles, playbooks, plugins and the programs that were built."""
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from pack_collection import FILES, FOLDERS, IGNORED  # noqa: E402


def stage(collections: Path, programs: Path = None) -> Path:
    """Below COLLECTIONS. Without programs the modules are there by name only, enough to check syntax."""
    target = Path(collections) / "ansible_collections/osa_ops/mcapi_vexxhost"
    shutil.copytree(ROOT / "collection", target, symlinks=True, ignore=IGNORED)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, target / name, symlinks=True, ignore=IGNORED)
    for name in FILES:
        shutil.copy(ROOT / name, target)
    for sidecar in (target / "plugins/modules").glob("*.yml"):
        module = sidecar.with_suffix("")
        if programs is not None and (programs / module.name).is_file():
            shutil.copy(programs / module.name, module)
        else:
            module.write_text("#!/bin/sh\necho '{\"failed\": true, \"msg\": \"not built\"}'\n", encoding="utf-8")
        module.chmod(0o755)
    overlay = target / "overlay"
    if overlay.is_dir():
        thin = Path(collections) / "ansible_collections/openstack/osa"
        shutil.copytree(overlay, thin, symlinks=True)
    return target
