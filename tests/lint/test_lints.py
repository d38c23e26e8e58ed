#!/usr/bin/env python3
"""Each lint finds a violation that was planted for it, and nothing in a clean tree."""
import argparse
import json
import shutil
import stat
import subprocess
import unittest
from unittest import mock

import checklist
import cppcheck
import docs
import floors
import foreign
import format as formatting
import headers
import lists
import prints
import shell
import sizes
import tidy
import tree
import used
import words
from planted import CLEAN, CMAKE, TABLE, Planted


class Floors(Planted):
    def test_clean_tree(self):
        self.nothing(floors)

    def test_room_includes_a_neighbour(self):
        self.add("module_utils/json/js.c", '#include "http/client.h"\n')
        self.found(floors, "js.c:3", "json may not include http/client.h")

    def test_base_includes_what_is_above(self):
        self.add("module_utils/base/error.c", '#include "json/js.h"\n')
        self.found(floors, "base may not include")

    def test_header_without_its_room(self):
        self.add("module_utils/json/js.c", '#include "error.h"\n')
        self.found(floors, "write it as room/error.h")

    def test_private_header_of_another_room(self):
        self.plant("module_utils/README.md", TABLE.replace("| 4 | `modules/m` | x | `base`",
                                                           "| 4 | `modules/m` | x | `http` `base`"))
        self.add("modules/m/args.c", '#include "http/client_priv.h"\n')
        self.found(floors, "private to http")

    def test_private_header_in_the_tests_of_another_room(self):
        self.plant("tests/unit/json/test_js.c", '#include "http/client_priv.h"\n')
        self.found(floors, "private to http")

    def test_link_to_a_neighbour(self):
        self.plant("CMakeLists.txt", CMAKE.replace("js.c LINKS room_base", "js.c LINKS room_base room_http"))
        self.found(floors, "json may not link room_http")

    def test_room_without_a_row(self):
        self.plant("module_utils/new/new.c", "")
        self.found(floors, "new has no row")

    def test_arrow_that_points_up(self):
        self.plant("module_utils/README.md", TABLE.replace("`base` | x | –", "`base` | x | `json`"))
        self.add("module_utils/base/error.c", '#include "json/js.h"\n')
        self.found(floors, "is not below it")

    def test_grant_of_which_nobody_makes_use(self):
        self.plant("modules/m/args.c", '#include "json/js.h"\n')
        self.found(floors, "modules/m may include base and does not")


class Foreign(Planted):
    def test_clean_tree(self):
        self.nothing(foreign)

    def test_curl_outside_http(self):
        self.add("module_utils/json/js.c", "#include <curl/curl.h>\n")
        self.found(foreign, "js.c:3", "curl/curl.h")

    def test_library_that_nobody_knows(self):
        self.add("module_utils/json/js.c", "#include <lzma.h>\n")
        self.found(foreign, "lzma.h", "no known library")

    def test_link_to_curl_outside_http(self):
        self.plant("CMakeLists.txt", CMAKE.replace("LINKS room_base room_json", "LINKS room_base PkgConfig::CURL"))
        self.found(foreign, "modules/m may not link PkgConfig::CURL")


class Headers(Planted):
    def test_clean_tree(self):
        self.nothing(headers)

    def test_header_that_needs_another(self):
        self.add("module_utils/base/error.h", "extern uint32_t count;\n")
        self.found(headers, "base/error.h", "compile alone")


class Lists(Planted):
    def test_clean_tree(self):
        self.nothing(lists)

    def test_source_in_no_list(self):
        self.plant("module_utils/json/more.c", "")
        self.found(lists, "json/more.c", "no list")

    def test_source_in_the_list_of_another_room(self):
        self.plant("module_utils/json/client.c", "")
        self.found(lists, "json/client.c")

    def test_unit_test_in_no_list(self):
        self.plant("tests/unit/json/test_client.c", "")
        self.found(lists, "unit/json/test_client.c")

    def test_fuzz_target_in_no_list(self):
        self.plant("tests/fuzz/fuzz_more.c", "")
        self.found(lists, "fuzz_more.c")


class Sizes(Planted):
    def setUp(self):
        super().setUp()
        self.plant("module_utils/json/js.c", "int f(int a)\n{\n    return a;\n}\n" * 10)
        self.write()

    def write(self, **said):
        options = argparse.Namespace(product=[self.root / name for name in tree.PRODUCT], tests=[self.root / "tests"], without=[])
        rows = [(title, said.get(title.strip("`"), value)) for title, value in sizes.count.rows(options)]
        self.plant("CONTRIBUTING.md", "text\n\n| | here | there |\n|---|---|---|\n%s\nmore\n" %
                   "".join("| %s | %s | 1 |\n" % row for row in rows))

    def test_clean_tree(self):
        self.nothing(sizes)
        self.add("module_utils/http/client.c", "int x;\n")
        self.nothing(sizes)

    def test_number_that_is_off(self):
        self.write(**{"static` share": "12%"})
        self.found(sizes, "CONTRIBUTING.md:11", "share: 12%, and the tree has 0%")

    def test_none_that_became_one(self):
        self.add("module_utils/http/client.c", "int x(void)\n{\n    goto end;\nend:\n    return 0;\n}\n")
        self.assertIn("`goto`: 0, and the tree has 1", " ".join(f.text for f in sizes.check(self.root)))

    def test_row_that_is_missing(self):
        text = (self.root / "CONTRIBUTING.md").read_text(encoding="utf-8")
        self.plant("CONTRIBUTING.md", text.replace("| `goto` |", "| gates |"))
        self.assertEqual([f.text for f in sizes.check(self.root)],
                         ["`goto`: nothing, and the tree has 0", "gates: nobody counts that"])


class Used(Planted):
    HEADER = ("struct js;\nvoid js_free(struct js *js); /* js_old() */\ndefine_cleanup(js, struct js *, js_free)\n"
              "#define auto_js cleanup_with(js_cleanup)\nint js_count(const struct js *js)\n    must_check;\n")
    SOURCE = '#include "json/js.h"\nvoid js_free(struct js *js)\n{\n}\nint js_count(const struct js *js)\n{\n    return 1;\n}\n'
    USER = '#include "json/js.h"\nint main(void)\n{\n    auto_js struct js *js = NULL;\n    return js_count(js);\n}\n'

    def setUp(self):
        super().setUp()
        self.plant("module_utils/json/js.h", self.HEADER)
        self.plant("module_utils/json/js.c", self.SOURCE)
        self.plant("modules/m/main.c", self.USER)

    def test_clean_tree(self):
        self.nothing(used)

    def test_function_that_nobody_uses(self):
        self.plant("modules/m/main.c", self.USER.replace("js_count(js)", 'x.js_count + js->js_count + strlen("js_count")'))
        self.found(used, "json/js.h:5: js_count is used by nothing")

    def test_function_that_only_its_own_file_uses(self):
        self.plant("modules/m/main.c", self.USER.replace("js_count(js)", "0"))
        self.add("module_utils/json/js.c", self.SOURCE + "int f(void)\n{\n    return js_count(NULL);\n}\n")
        self.found(used, "js_count is used in module_utils/json/js.c alone")
        self.plant("tests/unit/json/test_js.c", self.USER)
        self.nothing(used)

    def test_function_that_only_tests_use(self):
        self.plant("modules/m/main.c", self.USER.replace("js_count(js)", "0"))
        self.plant("tests/unit/json/test_js.c", self.USER)
        self.found(used, "js_count is used by tests alone")

    def test_macro_that_nobody_uses_and_what_it_calls(self):
        self.plant("modules/m/main.c", self.USER.replace("auto_js", ""))
        texts = [f.text for f in used.check(self.root)]
        self.assertEqual(texts, ["js_free is used by nothing", "auto_js is used by nothing"])

    def test_name_of_another_header(self):
        self.plant("modules/m/args.h", "int js_count(void);\n")
        self.plant("modules/m/args.c", '#include "m/args.h"\nint js_count(void)\n{\n    return 1;\n}\n')
        self.plant("modules/m/main.c", self.USER.replace("js_count(js)", "0"))
        self.add("modules/m/other.c", '#include "m/args.h"\nint g(void)\n{\n    return js_count();\n}\n')
        self.found(used, "json/js.h:5")


class Prints(Planted):
    def test_mentions_and_other_streams(self):
        self.add("module_utils/json/js.c", '/* printf(x) */ char *s = "puts(x)"; // stdout\nfprintf(stderr, "x");\n'
                                           "snprintf(b, 1, s); buf_printf(b); fputs(s, stderr);\n")
        self.nothing(prints)

    def test_every_way_to_print(self):
        for line in ('printf("x");', 'puts("x");', "putchar(1);", 'fprintf(stdout, "x");', "fwrite(b, 1, 1, stdout);",
                     'write(1, "x", 1);', "write(STDOUT_FILENO, b, 1);", 'dprintf(1, "x");', 'perror("x");'):
            with self.subTest(line):
                self.add("module_utils/json/js.c", line + "\n")
                self.found(prints, "js.c:3")


class Checklist(Planted):
    def all_but(self, *missing, module="k8s_apply"):
        """Every test that has to be there, without some of the checklist of MODULE."""
        for of in checklist.CHECKLISTS:
            left_out = {*(missing if of.module == module else ()), *of.elsewhere, *of.not_tested}
            names = ["def test_%03d_case(server):\n    pass\n" % n for n in of.cases if n not in left_out]
            names += ["def %s():\n    pass\n" % name for others in of.elsewhere.values() for name in others if not checklist.NUMBERED.match(name)]
            self.plant("tests/integration/%s/test_all.py" % of.module, "".join(names))
        numbered = {name for of in checklist.CHECKLISTS for others in of.elsewhere.values() for name in others if checklist.NUMBERED.match(name)}
        for name in numbered:
            has = next(of for of in reversed(checklist.CHECKLISTS) if int(name[5:8]) in (*of.cases, *of.guests))
            self.plant("tests/integration/%s/test_%s.py" % (has.module, name[5:]), "def %s(aio):\n    pass\n" % name)

    def test_all_there(self):
        self.all_but()
        self.nothing(checklist)

    def test_one_missing(self):
        self.all_but(123)
        self.found(checklist, "case 123")

    def test_number_that_is_no_case(self):
        self.all_but()
        self.plant("tests/unit/json/test_x.c", "static void test_125_x(void)\n")
        self.found(checklist, "test_125")

    def test_number_that_is_mentioned_alone(self):
        self.all_but(123)
        self.plant("tests/unit/json/test_x.py", 'HELD = ["test_123_x", "test_125_x"]\n')
        self.found(checklist, "case 123")

    def test_number_of_another_checklist(self):
        self.all_but(123)
        self.plant("tests/integration/lxc_container/test_x.py", "def test_123_x():\n    pass\n")
        self.found(checklist, "case 123")
        self.all_but()
        self.nothing(checklist)

    def test_number_that_guests_may_bear(self):
        self.all_but()
        self.plant("tests/roles/test_x.py", "def test_131_x():\n    pass\n")
        self.nothing(checklist)
        self.plant("tests/roles/test_x.py", "def test_096_x():\n    pass\n")
        self.found(checklist, "test_096")

    def tables(self, **tables):
        """A tree that has one checklist, of the cases 1 to 3, with tests of the first two."""
        of = checklist.Checklist("few", range(1, 4), **tables)
        self.plant("tests/integration/few/test_few.py", "def test_001_x():\n    pass\n\n\ndef test_002_x():\n    pass\n")
        patch = mock.patch.object(checklist, "CHECKLISTS", (of,))
        patch.start()
        self.addCleanup(patch.stop)

    def test_table__case_is_held_by_another_test(self):
        for text in ("    def test_other__x__y(aio):\n", "static void test_other__x__y(maybe_unused void **state)\n"):
            with self.subTest(text):
                self.tables(elsewhere={3: ("test_other__x__y",)})
                self.found(checklist, "test_other__x__y, which is no test")
                self.plant("tests/unit/base/test_base" + (".c" if "void" in text else ".py"), text)
                self.nothing(checklist)
                shutil.rmtree(self.root / "tests/unit/base")

    def test_table__case_has_a_reason(self):
        self.tables(not_tested={3: "needs three hosts"})
        self.nothing(checklist)

    def test_table__case_has_neither(self):
        self.tables()
        self.found(checklist, "case 3 has no test")

    def test_table__case_has_a_test_and_a_reason(self):
        self.tables(not_tested={2: "needs three hosts", 3: "and so does this"})
        self.found(checklist, "case 2 of few has a test, and a line")

    def test_table__part_of_a_case_without_any_test(self):
        self.tables(not_tested={3: "needs three hosts"}, partly={3: "only two"})
        self.found(checklist, "case 3 of few has no test that could hold a part of it")

    def test_table__number_that_is_no_case(self):
        self.tables(not_tested={3: "needs three hosts", 4: "what is it"})
        self.found(checklist, "case 4 of few is in a table, and no case")


class Words(Planted):
    def setUp(self):
        super().setUp()
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)

    def test_clean_tree(self):
        self.add("notes.md", "frame%s/ and share%s/ inside a word: un%s/x\n" % ("work", "x", "shared"))
        self.nothing(words)

    def test_private_folder(self):
        self.add("notes.md", "see /%s/main\n" % "work")
        self.found(words, "notes.md:1")

    def test_test_data_only_in_dev(self):
        self.add("dev", "data=../%s/data\n" % "shared")
        self.nothing(words)
        self.add("other", "data=../%s/data\n" % "shared")
        self.found(words, "other:1")


@unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is missing")
class Shell(Planted):
    def test_unquoted_variable(self):
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        self.plant("clean", "#!/bin/sh\nls /\n")
        self.nothing(shell)
        self.plant("careless", "#!/bin/bash\nls $1\n")
        self.found(shell, "careless:2")


class Docs(Planted):
    """With programs that print prepared answers in the place of the real ones."""
    ROW = {"type": "list", "elements": "str", "required": False, "default": [], "aliases": ["w"], "choices": [],
           "env": ["X_Y"], "suboptions": {}}
    SAID = {"type": "list", "elements": "str", "default": [], "aliases": ["w"], "description": ["Also E(X_Y)."]}

    def sentences(self, said, row):
        fragments = "class ModuleDocFragment:\n    DOCUMENTATION = 'anything'\n"
        self.plant("collection/plugins/doc_fragments/k.py", fragments)
        self.plant("collection/plugins/modules/k8s_apply.yml", "module")
        answers = {"spec_dump": {"options": {"words": row}}, "yaml_to_json": None}
        documentation = {"DOCUMENTATION": {"options": {"words": said}, "extends_documentation_fragment": ["a.b.k"]}}
        (self.root / "spec").write_text(json.dumps(answers["spec_dump"]), encoding="utf-8")
        (self.root / "module").write_text(json.dumps([documentation]), encoding="utf-8")
        (self.root / "anything").write_text(json.dumps([{"options": {}}]), encoding="utf-8")
        for name, script in (("spec_dump_k8s_apply", 'cat "%s/spec"' % self.root), ("yaml_to_json", 'cat "%s/$(cat)"' % self.root)):
            path = self.root / name
            path.write_text("#!/bin/sh\n%s\n" % script, encoding="utf-8")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return [f.text for f in docs.check(self.root, docs.Tools(self.root))]

    def test_agreement(self):
        self.assertEqual(self.sentences(self.SAID, self.ROW), [])

    def test_module_without_documentation(self):
        self.assertEqual(self.sentences(self.SAID, self.ROW), [])
        (self.root / "collection/plugins/modules/k8s_apply.yml").unlink()
        self.assertIn("no documentation", [f.text for f in docs.check(self.root, docs.Tools(self.root))][0])

    def test_each_difference(self):
        for key, value in (("type", "dict"), ("elements", "int"), ("required", True), ("default", ["a"]),
                           ("aliases", []), ("choices", ["a", "b"]), ("description", "")):
            with self.subTest(key):
                found = self.sentences(dict(self.SAID, **{key: value}), self.ROW)
                self.assertTrue(found and "words" in found[0], found)

    def test_suboption_that_is_not_documented(self):
        row = dict(self.ROW, suboptions={"inner": dict(self.ROW, env=[])})
        self.assertEqual(self.sentences(self.SAID, row), ["words.inner is not documented"])

    def test_option_that_does_not_exist(self):
        said = dict(self.SAID, suboptions={"inner": {"description": "x"}})
        self.assertIn("no such option", self.sentences(said, self.ROW)[0])


@unittest.skipUnless(formatting.find(), "clang-format %d is missing" % formatting.VERSION)
class Format(Planted):
    def setUp(self):
        super().setUp()
        shutil.copy(tree.ROOT / ".clang-format", self.root)
        for name in CLEAN:
            if name.endswith((".c", ".h")):
                self.plant(name, "")

    def test_badly_formatted(self):
        self.plant("module_utils/json/js.c", "int  x;\n")
        self.found(formatting, "module_utils/json/js.c:1")


@unittest.skipUnless(shutil.which("clang-tidy"), "clang-tidy is missing")
class Tidy(Planted):
    def test_variable_without_a_value(self):
        shutil.copy(tree.ROOT / ".clang-tidy", self.root)
        source = self.root / "module_utils/json/js.c"
        source.write_text("int f(int a);\nint f(int a)\n{\n    int b;\n    b = a;\n    return b;\n}\n", encoding="utf-8")
        command = {"directory": str(self.root), "file": str(source), "command": "gcc -std=c11 -o x -c js.c"}
        (self.root / "compile_commands.json").write_text(json.dumps([command]), encoding="utf-8")
        for _ in range(2):  # an unhappy answer is not remembered
            findings = list(tidy.check(self.root, self.root))
            self.assertEqual(len(findings), 1)
            self.assertIn("cppcoreguidelines-init-variables", findings[0])


@unittest.skipUnless(shutil.which("cppcheck"), "cppcheck is missing")
class Cppcheck(Planted):
    def test_access_beyond_the_end(self):
        for name in CLEAN:
            if name.endswith((".c", ".h")):
                self.plant(name, "")
        build = self.root / "build"
        self.assertEqual(cppcheck.run(self.root, build)[0], 0)
        self.plant("module_utils/json/js.c", "int f(void)\n{\n    int a[2] = {0};\n    return a[2];\n}\n")
        status, text = cppcheck.run(self.root, build)
        self.assertEqual(status, 1)
        self.assertIn("arrayIndexOutOfBounds", text)


if __name__ == "__main__":
    unittest.main()
