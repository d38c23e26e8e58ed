#!/usr/bin/env python3
"""Each lint of pages that are made of data finds what was planted for it, and nothing where all is as it should be."""
import json
import shutil
import stat
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
import bars
import compat
import docs
import reference

MODULE = {"DOCUMENTATION": {
    "module": "m", "short_description": "Does it", "description": ["What C(it) does."],
    "attributes": {"check_mode": {"support": "full", "description": "Predicts."}},
    "options": {"one": {"description": ["Of V(a) or O(two)."], "type": "list", "elements": "str", "default": []},
                "two": {"description": "The L(other,https://example.org/x).", "required": True, "aliases": ["deux"]}}},
    "EXAMPLES": "- m:\n    two: a\n",
    "RETURN": {"made": {"description": "What was made.", "returned": "always", "type": "dict",
                        "contains": {"name": {"description": "Its name.", "type": "str"}}}}}
ROWS = {"title": "Option", "same": ["one"], "noted": {}, "renamed": {"zwei": ["two", ""]}, "left_out": {"drei": "nobody needs it"}}
FILE = {"peer": "p", "version": "1", "module": "m", "page": "collection/docs/from-p.md", "sections": {"options": ROWS}}
PAGE = "# From p\n\n<!-- compatibility of p: begin -->\n<!-- compatibility of p: end -->\n\nMore.\n"


class Tree(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="lint-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.plant("collection/plugins/modules/m.yml", "document")
        self.plant("document", json.dumps([MODULE]))
        self.plant("roles/r/defaults/main.yml", "r_one: \"{{ old_one | default(1) }}\"\n")
        self.plant("playbooks/p.yml", "- hosts: all\n  tags: [deploy, p-install]\n")
        self.plant(FILE["page"], PAGE)
        program = self.root / "yaml_to_json"
        program.write_text("#!/bin/sh\ncat \"%s/$(cat)\"\n" % self.root, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.tools = docs.Tools(self.root)

    def plant(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def found(self, lint, write=False) -> list:
        return [finding.text for finding in lint.check(self.root, self.tools, write)]


class Compatibility(Tree):
    def look(self, rows=None, **changes) -> list:
        section = changes.pop("section", "options")
        data = dict(FILE, sections={section: dict(ROWS, **rows or {})}, **changes)
        self.plant("docs/compat/p.json", json.dumps({key: value for key, value in data.items() if value is not None}))
        self.found(compat, write=True)
        return self.found(compat)

    def test_what_is_so(self):
        self.assertEqual(self.look(), [])
        page = (self.root / FILE["page"]).read_text(encoding="utf-8")
        self.assertIn("| `zwei` | `two` |", page)
        self.assertTrue(page.endswith("More.\n"))

    def test_a_table_that_is_not_of_its_file(self):
        self.assertEqual(self.look(), [])
        path = self.root / FILE["page"]
        path.write_text(path.read_text(encoding="utf-8").replace("nobody", "somebody"), encoding="utf-8")
        self.assertIn("is not that of", self.found(compat)[0])

    def test_a_page_without_a_place(self):
        self.plant(FILE["page"], "# From p\n")
        self.assertIn("no place", self.look()[0])

    def test_each_claim_that_is_not_so(self):
        for rows, word in (({"same": ["one", "four"]}, "four: is said to be taken"),
                           ({"renamed": {"zwei": ["three", ""]}}, "zwei: is said to be three"),
                           ({"left_out": {"two": "nobody needs it"}}, "two: is said to be left out"),
                           ({"left_out": {"drei": "no"}}, "without a reason"),
                           ({"noted": {"one": "twice"}}, "one: stands in two places")):
            with self.subTest(word):
                found = self.look(rows)
                self.assertTrue(found and word in found[0], found)

    def test_returns(self):
        rows = {"same": ["made", "made.name"], "renamed": {}, "left_out": {}}
        self.assertEqual(self.look(rows, section="returns"), [])
        self.assertIn("made.size", self.look(dict(rows, same=["made.size"]), section="returns")[0])

    def test_variables_and_tags_of_roles(self):
        rows = {"same": ["old_one"], "renamed": {"x": ["r_one", ""]}}
        self.assertEqual(self.look(rows, section="variables", module=None), [])
        self.assertIn("old_two", self.look(dict(rows, same=["old_two"]), section="variables", module=None)[0])
        tags = {"same": ["deploy", "p-install"], "renamed": {}}
        self.assertEqual(self.look(tags, section="tags", module=None), [])
        self.assertIn("install", self.look(dict(tags, same=["install"]), section="tags", module=None)[0])


class Reference(Tree):
    def test_pages_are_what_was_said(self):
        self.assertIn("is not what", self.found(reference)[0])
        self.assertEqual(self.found(reference, write=True), [])
        self.assertEqual(self.found(reference), [])
        page = (self.root / "collection/docs/modules/m.md").read_text(encoding="utf-8")
        for part in ("- **`one`** (list of str, default `[]`): Of `a` or `two`.", "(str, required, also as `deux`)",
                     "[other](https://example.org/x)", "  - **`name`** (str): Its name.", "```yaml\n- m:\n    two: a\n```"):
            self.assertIn(part, page)

    def test_a_page_of_no_module(self):
        self.found(reference, write=True)
        self.plant("collection/docs/modules/n.md", "")
        self.assertEqual(self.found(reference), ["there is no such module"])


class Bars(Tree):
    BAR = bars.of_peer("work", "lxc", "seconds/%", 3)

    def row(self, ours, theirs):
        peer = bars.NAMES["lxc"][1]
        self.plant("lxc.json", json.dumps({"seconds": {"lxc_container": ours, peer: theirs}}))
        return bars.row(self.BAR, bars.measured(self.root))

    def test_what_is_missed_says_so(self):
        self.assertIn("| 4 × |  |", self.row(1.0, 4.0))
        self.assertIn("| 2 × | missed |", self.row(2.0, 4.0))
        self.assertIn("not yet", self.row(0, 4.0))

    def test_what_stands_in_the_way_is_told_of_bars_that_are_missed(self):
        self.row(2.0, 4.0)
        told = bars.page(self.root, [self.BAR._replace(why="**work**: so"), self.BAR._replace(least=1, why="never")])
        self.assertTrue(told.endswith("where it is missed:\n\n- **work**: so\n"), told)
        self.assertIn("- **work**: not known yet", bars.page(self.root, [self.BAR]))
        self.assertNotIn("in the way", bars.page(self.root, [self.BAR._replace(least=1)]))

    def test_figures_that_are_better_when_they_are_more(self):
        self.row(4.0, 1.0)
        self.assertIn("| 4 × |  |", bars.row(self.BAR._replace(more=True), bars.measured(self.root)))

    def test_a_bound_that_is_a_number(self):
        self.row(6.0, 1.0)
        self.assertIn("| 2 × | missed |", bars.row(self.BAR._replace(theirs="12"), bars.measured(self.root)))


if __name__ == "__main__":
    unittest.main()
