"""The tables of compatibility speak of every option and result that what they compare with has. Its documentation is read where
it is installed; the tables themselves are held by tests/lint/compat.py."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from servers import ansible_venv

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "roles"))
import pages  # noqa: E402

DATA = Path(__file__).resolve().parents[3] / "docs/compat"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))}
MODULES = [name for name, data in FILES.items() if data.get("module") and not name.startswith("clusterctl")]
READ = """
import json, sys
from ansible.plugins.loader import fragment_loader, init_plugin_loader
from ansible.utils import plugin_docs
import ansible_collections
init_plugin_loader()
found = {}
for name in sys.argv[1:]:
    namespace, collection, module = name.split(".")
    path = "%s/%s/%s/plugins/modules/%s.py" % (list(ansible_collections.__path__)[0], namespace, collection, module)
    said, _, returns, _ = plugin_docs.get_docstring(path, fragment_loader, is_module=True, plugin_type="module",
                                                    collection_name=namespace + "." + collection)
    found[name] = {"options": said["options"], "returns": returns}
json.dump(found, sys.stdout, default=str)
"""


def names_in(rows: dict) -> set:
    return {*rows["same"], *rows["noted"], *rows["renamed"], *rows["left_out"]}


def keys(returns: dict, where="") -> set:
    found = set()
    for name, value in returns.items():
        found |= {where + name}
        if isinstance(value.get("contains"), dict):
            found |= keys(value["contains"], where + name + ".")
    return found


@pytest.fixture(name="documented", scope="module")
def documented_(tmp_path_factory):
    folder = ansible_venv.peers()
    done = subprocess.run([folder / "bin/python", "-c", READ, *MODULES], stdout=subprocess.PIPE, check=True,
                          env=dict(os.environ, ANSIBLE_HOME=str(tmp_path_factory.mktemp("home"))))
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", MODULES)
def test_compatibility__module__no_option_and_no_result_is_forgotten(name, documented):
    sections = FILES[name]["sections"]
    assert names_in(sections["options"]) == set(documented[name]["options"])
    assert names_in(sections["returns"]) == keys(documented[name]["returns"])


@pytest.mark.parametrize("name", MODULES)
def test_compatibility__option_that_is_taken__is_so_with_its_other_names_and_its_choices(name, documented):
    ours = pages.options_of(FILES[name]["module"])
    rows = FILES[name]["sections"]["options"]
    for option in (*rows["same"], *rows["noted"]):
        theirs = documented[name]["options"][option]
        assert set(theirs.get("aliases") or []) <= set(ours[option].get("aliases") or []), option
        choices = ours[option].get("choices")
        assert not choices or {str(value) for value in theirs.get("choices") or []} <= {str(value) for value in choices}, option
        for key in theirs.get("suboptions") or {}:
            assert key in (ours[option].get("suboptions") or {key}), (option, key)
