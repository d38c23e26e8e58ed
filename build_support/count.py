#!/usr/bin/env python3
"""count.py PRODUCT… [--tests FOLDER…] [--without NAME…]: sizes of a tree of C: files, functions, comments, tests.

Prints the rows of the table in CONTRIBUTING.md. What is compared there:
    count.py module_utils modules daemon --tests tests
    count.py jansson/src --without dtoa.c --tests jansson/test
    count.py crun/src/libcrun --without blake3 handlers --tests crun/tests
A function reaches from the line of its name to its closing brace; tests are counted in all languages.
"""
import argparse
import re
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/lint"))
import tree  # noqa: E402

HEAD = re.compile(r"(\w+)\s*\(")
NO_FUNCTION = {"if", "for", "while", "switch", "return", "sizeof", "defined"}
TESTS = (".c", ".h", ".py", ".sh", ".yml", ".lua")


def files(folders, without, *endings) -> list:
    return sorted(path for folder in folders for path in Path(folder).rglob("*")
                  if path.suffix in endings and path.is_file() and not set(path.parts) & set(without))


def lines_of(paths) -> list:
    return [len(path.read_text(encoding="utf-8", errors="replace").splitlines()) for path in paths]


def closing(text: str, at: int, pair: str) -> int:
    """Where the bracket at AT is closed."""
    depth = 0
    for index in range(at, len(text)):
        depth += (text[index] == pair[0]) - (text[index] == pair[1])
        if depth == 0:
            return index
    return len(text) - 1


def functions(path: Path):
    """(lines, parameters, whether static) of each."""
    text = tree.without_comments(path.read_text(encoding="utf-8", errors="replace"))
    text = re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda match: "\n" * match.group(0).count("\n"), text, flags=re.MULTILINE)
    at = begin = 0
    while at < len(text):
        if text[at] in ";}":
            begin = at + 1
        if text[at] != "{":
            at += 1
            continue
        end = closing(text, at, "{}")
        head = text[begin:at]
        match = next((m for m in HEAD.finditer(head) if m.group(1) not in NO_FUNCTION and not m.group(1).startswith("__attribute")), None)
        if match and "=" not in head and head[:match.start()].strip():
            names = head[match.end():closing(head, match.end() - 1, "()")].strip()
            count = 0 if names in ("", "void") else re.sub(r"\([^()]*\)", "", names).count(",") + 1
            yield text.count("\n", begin + match.start(), end) + 1, count, bool(re.search(r"\bstatic\b", head[:match.start()]))
        at = end


def comment_lines(path: Path) -> int:
    text = path.read_text(encoding="utf-8", errors="replace")
    bare = tree.without_comments(text, strings=True).split("\n")
    return sum(1 for one, other in zip(text.split("\n"), bare) if one.strip() and one.strip() != other.strip())


def three(values, ninety=True) -> str:
    values = sorted(values) or [0]
    middle = " / %d" % values[min(len(values) - 1, len(values) * 9 // 10)] if ninety else ""
    return "%g%s / %d" % (statistics.median(values), middle, values[-1])


def rows(options):
    sources, headers = (files(options.product, options.without, ending) for ending in (".c", ".h"))
    sizes, spans = lines_of(sources), [span for path in sources for span in functions(path)]
    text = "\n".join(tree.without_comments(path.read_text(encoding="utf-8", errors="replace")) for path in sources)
    tests = sum(lines_of(files(options.tests, [], *TESTS)))
    product = sum(sizes) + sum(lines_of(headers))
    long = sum(1 for span in spans if span[0] > 60)
    yield "`.c` lines / files", "{:,} / {}".format(sum(sizes), len(sizes))
    yield "file lines: median / max", three(sizes, False)
    yield "files over 400 lines", "%d" % sum(1 for size in sizes if size > 400)
    yield "header lines: median / max", three(lines_of(headers), False)
    yield "functions; lines: median / p90 / max", "{:,}; {}".format(len(spans), three(span[0] for span in spans))
    yield "functions over 60 lines", "%d (%.0f%%)" % (long, 100 * long / max(1, len(spans)))
    yield "`static` share", "%.0f%%" % (100 * sum(span[2] for span in spans) / max(1, len(spans)))
    yield "parameters: median / p90 / max", three(span[1] for span in spans)
    yield "`goto`", "%d" % len(re.findall(r"\bgoto\b", text))
    yield "comment lines", "%.1f%%" % (100 * sum(map(comment_lines, sources)) / max(1, sum(sizes)))
    yield "test lines ÷ product lines (headers in)", "%.2f" % (tests / max(1, product))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("product", nargs="+", metavar="PRODUCT", help="folders of sources")
    parser.add_argument("--tests", nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--without", nargs="*", default=[], metavar="NAME", help="files or folders that are left out")
    for title, value in rows(parser.parse_args()):
        print("| %s | %s |" % (title, value))
    return 0


if __name__ == "__main__":
    sys.exit(main())
