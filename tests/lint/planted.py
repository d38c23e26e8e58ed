"""A clean tree, small, in which the tests of the linters plant violations."""
import shutil
import tempfile
import unittest
from pathlib import Path

TABLE = """\
| Floor | Room | Owns | May include | Foreign library |
|---|---|---|---|---|
| 0 | `base` | x | – | – |
| 1 | `json` | x | `base` | – |
| 1 | `http` | x | `base` | `curl` |
| 4 | `modules/m` | x | `base` `json` | – |
"""
CMAKE = """\
function(room name)
endfunction()
room(base SOURCES error.c LINKS PkgConfig::JANSSON)  # a remark
room(json SOURCES js.c LINKS room_base)
room(http SOURCES client.c LINKS room_base PkgConfig::CURL)
module(m SOURCES args.c LINKS room_base room_json)
"""
CLEAN = {
    "module_utils/README.md": TABLE,
    "CMakeLists.txt": CMAKE,
    "module_utils/base/error.h": "#include <stdio.h>\nstruct error;\n",
    "module_utils/base/error.c": '#include "base/error.h"\n',
    "module_utils/json/js.c": '#include <jansson.h>\n#include "base/error.h"\n',
    "module_utils/http/client.c": '#include <curl/curl.h>\n#include "base/error.h"\n#include "http/client_priv.h"\n',
    "module_utils/http/client_priv.h": "struct client;\n",
    "modules/m/args.h": "struct args;\n",
    "modules/m/args.c": '#include "base/error.h"\n#include "json/js.h"\n#include "m/args.h"\n',
    "modules/m/main.c": '#include "m/args.h"\n',
    "tests/CMakeLists.txt": "unit_tests(http LINKS room_http UNITS client)\nfuzz_target(url)\n",
    "tests/unit/http/test_client.c": '#include "http/client_priv.h"\n',
    "tests/fuzz/fuzz_url.c": "int x;\n",
}


class Planted(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="lint-"))
        self.addCleanup(shutil.rmtree, self.root)
        for name, text in CLEAN.items():
            self.plant(name, text)

    def plant(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def add(self, name: str, text: str) -> None:
        self.plant(name, CLEAN.get(name, "") + text)

    def found(self, lint, *words_of_it: str) -> None:
        findings = [str(f) for f in lint.check(self.root)]
        self.assertEqual(len(findings), 1, findings)
        for word in words_of_it:
            self.assertIn(word, findings[0])

    def nothing(self, lint) -> None:
        self.assertEqual([str(f) for f in lint.check(self.root)], [])
