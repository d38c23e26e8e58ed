"""What the pages of documentation say that can be looked for: commands, code, names, links."""
import ast
import functools
import re
import shlex
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "collection/plugins"
GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "collection/docs").glob("*.md")),
          *sorted((ROOT / "roles").glob("*/README.md")), ROOT / "collection/overlay/README.md"]
PAGES = GUIDES + [*sorted((ROOT / "collection/docs/modules").glob("*.md")), ROOT / "module_utils/README.md",
                  ROOT / "tests/servers/README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path):
    """(language, content) of fenced and of indented code; of the latter without indentation, language "text"."""
    text = text_of(path)
    yield from FENCE.findall(text)
    for block in re.findall(r"(?:^|\n\n)((?: {4,}[^\n]*(?:\n|$)|\n(?= {4}))+)", FENCE.sub("", text)):
        lines = block.rstrip("\n").split("\n")
        margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        yield "text", "\n".join(line[margin:] for line in lines)


def spans(path: Path):
    return SPAN.findall(FENCE.sub("", text_of(path)))


def commands(path: Path):
    """Lines of code that begin with a program, split into words. Also those within a sentence that begin with ours."""
    for language, block in blocks(path):
        if language not in ("text", "sh"):
            continue
        for line in block.split("\n"):
            line = re.sub(r"\s{2,}#.*", "", line).strip()
            for part in re.split(r"\s(?:&&|\|\|)\s", line):
                if re.match(r"(\./)?[a-z][\w./-]*( |$)", part) and not re.match(r"[\w-]+:(\s|$)", part):
                    yield words(part)
    for span in spans(path):
        if span.startswith(("openstack-ansible ", "./dev ")):
            yield words(span)


def words(line: str) -> list:
    try:
        return shlex.split(re.sub(r"(?<=\w)'(?=\w)", "", line))
    except ValueError:
        return line.split()


def fragment(name: str) -> dict:
    parts = name.split(".")[2:]
    tree = ast.parse(text_of(PLUGINS / "doc_fragments" / (parts[0] + ".py")))
    texts = {node.targets[0].id.lower(): node.value.value for node in ast.walk(tree)
             if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)}
    return yaml.safe_load(texts[parts[1] if len(parts) > 1 else "documentation"])


@functools.lru_cache(maxsize=None)
def options_of(module: str) -> dict:
    """Option or alias → what is documented of it."""
    documentation = yaml.safe_load(text_of(PLUGINS / "modules" / (module + ".yml")))["DOCUMENTATION"]
    options = dict(documentation["options"])
    for name in documentation.get("extends_documentation_fragment", []):
        options.update(fragment(name)["options"])
    return {key: option for name, option in options.items() for key in (name, *option.get("aliases", []))}


MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.yml"))
PLAYBOOKS = {path.stem: text_of(path) for path in (ROOT / "playbooks").glob("*.yml")}


@functools.lru_cache(maxsize=None)
def known_names() -> frozenset:
    """Every word of roles and playbooks, and what modules have."""
    text = "\n".join(text_of(path) for folder in ("roles", "playbooks") for path in (ROOT / folder).rglob("*.yml"))
    return frozenset(re.findall(r"\b_?[a-z]\w+\b", text)) | {option for module in MODULES for option in options_of(module)}


def anchors(path: Path) -> set:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def links(path: Path):
    """(page, anchor) of links to files."""
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text_of(path))):
        if not re.match(r"[a-z]+:", target):
            page, _, anchor = target.partition("#")
            yield (path.parent / page).resolve() if page else path, anchor


def sources() -> str:
    """Texts of roles, modules and daemon as they come out: strings joined, white space folded."""
    found = []
    for pattern in ("roles/*/tasks/*.yml", "roles/*/vars/*.yml", "modules/*/*.c", "module_utils/*/*.c", "daemon/*.c"):
        for path in ROOT.glob(pattern):
            found.append(re.sub(r"\s+", " ", re.sub(r'"\s*"', "", text_of(path)).replace('\\"', '"')))
    return "\n".join(found)
