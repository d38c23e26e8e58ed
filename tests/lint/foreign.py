#!/usr/bin/env python3
"""Headers and libraries of others appear only in the room whose row in module_utils/README.md names them."""
import re
import sys

import tree

LIBRARIES = {
    "curl": (r"curl/", "PkgConfig::CURL"),
    "yaml": (r"yaml\.h$", "PkgConfig::YAML"),
    "ssl": (r"openssl/ssl\.h$", "PkgConfig::SSL"),
    "openssl": (r"openssl/", "PkgConfig::CRYPTO"),
    "archive": (r"archive(_entry)?\.h$", "PkgConfig::ARCHIVE"),
    "zlib": (r"zlib\.h$", "PkgConfig::ZLIB"),
    "lxc": (r"lxc/", None),
}
EVERYWHERE = re.compile(r"jansson\.h$")
LIBC = re.compile(r"""(sys|arpa|net|netinet|linux)/\w+\.h$|(assert|ctype|dirent|dlfcn|errno|fcntl|fenv|float|fnmatch
    |getopt|glob|grp|ifaddrs|inttypes|langinfo|libgen|limits|link|locale|malloc|math|netdb|poll|pthread|pwd|regex|sched|search
    |semaphore|setjmp|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string
    |strings|sysexits|syslog|termios|threads|time|uchar|unistd|wchar|wctype)\.h$""", re.VERBOSE)


def check_includes(root, rows):
    for path in tree.files(root, "*.c", "*.h"):
        row = rows.get(tree.room_of(root, path))
        for line, mark, header in tree.includes(path):
            if mark != "<" or EVERYWHERE.match(header) or LIBC.match(header):
                continue
            owner = [name for name, (pattern, _) in LIBRARIES.items() if re.match(pattern, header)]
            if row and owner and owner[0] in row.foreign:
                continue
            text = "<%s> has no place in this room" % header if owner else "<%s> is of no known library" % header
            yield tree.Finding(tree.relative(root, path), line, text)


def check_links(root, rows):
    text = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    targets = [(words[0], words) for words in tree.calls(text, "room") if words[0] != "name"]
    targets += [("modules/" + words[0], words) for words in tree.calls(text, "module")]
    targets += [("daemon", words) for words in tree.calls(text, "daemon") if words[0] != "name"]
    for room, words in targets:
        foreign = rows[room].foreign if room in rows else ()
        allowed = {LIBRARIES[name][1] for name in foreign} | {"PkgConfig::JANSSON"}
        for link in tree.sections(words, "SOURCES", "LINKS").get("LINKS", []):
            if link.startswith("PkgConfig::") and link not in allowed:
                yield tree.Finding("CMakeLists.txt", 1, "%s may not link %s" % (room, link))


def check(root):
    rows = tree.floors(root)
    yield from check_includes(root, rows)
    yield from check_links(root, rows)


if __name__ == "__main__":
    sys.exit(tree.main(check))
