#!/usr/bin/env python3
"""static_libs.py [--cpu CPU] [--libc LIBC] [--cached]: the libraries of the portable programs, static, for one CPU.

LIBC is musl for programs that need nothing, or glibc for those that load the host's libraries when they run.

Prints the directory that holds them: include, lib, and in bin the compiler that made them. The first call fetches
Debian's sources and compiles for some minutes; later ones only look. Exit status 3: not in the cache, and told not to build; 4: the sources or the compiler
cannot be fetched.
"""
import argparse
import inspect
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import sources  # noqa: E402
import zig  # noqa: E402
from sources import ROOT, cache  # noqa: E402

CPUS = ("x86_64", "aarch64")
TARGETS = {"musl": "%s-linux-musl", "glibc": "%s-linux-gnu.2.28"}  # the glibc of Debian 10 and Enterprise Linux 8
TOOLCHAIN = ROOT / "cmake/zig.cmake"
JOBS = "-j%d" % min(os.cpu_count() or 1, 8)
CFLAGS = "-O2 -g0 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong"
NOT_CACHED, UNAVAILABLE = 3, 4

# In the order of their dependencies; what is no method of Workshop is built by its row in CMAKE.
LIBRARIES = {
    "musl": ("jansson", "libyaml", "zlib", "nghttp2", "openssl", "curl", "libarchive", "cmocka"),
    "glibc": ("jansson",),
}
CMAKE = {
    "jansson": ("-DJANSSON_BUILD_DOCS=OFF", "-DJANSSON_WITHOUT_TESTS=ON", "-DJANSSON_EXAMPLES=OFF"),
    "libyaml": ("-DBUILD_TESTING=OFF",),
    "nghttp2": ("-DENABLE_LIB_ONLY=ON", "-DENABLE_STATIC_LIB=ON", "-DENABLE_SHARED_LIB=OFF", "-DENABLE_DOC=OFF"),
    "curl": (
        "-DHTTP_ONLY=ON", "-DBUILD_CURL_EXE=OFF", "-DBUILD_TESTING=OFF", "-DENABLE_MANUAL=OFF", "-DPICKY_COMPILER=OFF",
        "-DCURL_USE_OPENSSL=ON", "-DCURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG=ON", "-DUSE_NGHTTP2=ON",
        "-DENABLE_THREADED_RESOLVER=ON", "-DENABLE_UNIX_SOCKETS=OFF", "-DUSE_LIBIDN2=OFF", "-DCURL_USE_LIBPSL=OFF",
        "-DCURL_USE_LIBSSH2=OFF", "-DCURL_USE_LIBSSH=OFF", "-DCURL_USE_GSSAPI=OFF", "-DCURL_USE_OPENLDAP=OFF",
        "-DCURL_BROTLI=OFF", "-DCURL_ZSTD=OFF", "-DCURL_DISABLE_NTLM=ON", "-DCURL_DISABLE_COOKIES=ON",
        "-DCURL_DISABLE_NETRC=ON", "-DCURL_DISABLE_ALTSVC=ON", "-DCURL_DISABLE_HSTS=ON", "-DCURL_DISABLE_DOH=ON",
        "-DCURL_DISABLE_MIME=ON", "-DHAVE_POLL_FINE=1", "-DCURL_CA_BUNDLE=none", "-DCURL_CA_PATH=none", "-DCURL_CA_FALLBACK=OFF"),
    "libarchive": tuple("-DENABLE_%s=OFF" % name for name in (
        "TEST", "INSTALL_MAN", "TAR", "CPIO", "CAT", "XATTR", "ACL", "ICONV", "BZip2", "LZMA", "LZ4", "LZO", "ZSTD",
        "LIBB2", "LIBXML2", "EXPAT", "PCREPOSIX", "LIBGCC", "CNG", "NETTLE", "MBEDTLS", "OPENSSL", "WERROR"))
    + ("-DENABLE_INSTALL=ON", "-DENABLE_ZLIB=ON", "-DPOSIX_REGEX_LIB=NONE"),
    "cmocka": ("-DWITH_EXAMPLES=OFF", "-DUNIT_TESTING=OFF", "-DWITH_STATIC_LIB=ON"),
}

# What TLS 1.2 and 1.3, X.509, PKCS#8 and CMS need stays; the rest costs memory at each start. The host's openssl.cnf
# is left alone: it may be written for another version. Security level 2 is Debian's.
OPENSSL = """
    no-shared no-module no-dso no-engine no-legacy no-tests no-async no-autoload-config no-comp no-ui-console
    no-ssl3 no-ssl3-method no-tls1 no-tls1-method no-tls1_1 no-tls1_1-method no-dtls no-dtls1-method no-dtls1_2-method
    no-sctp no-srtp no-srp no-psk no-gost no-nextprotoneg no-afalgeng no-ktls no-ct no-cmp no-ts no-ec2m
    no-aria no-bf no-blake2 no-camellia no-cast no-idea no-md4 no-mdc2 no-rc2 no-rc4 no-rc5 no-rmd160 no-scrypt no-seed
    no-siv no-sm2 no-sm3 no-sm4 no-whirlpool
    -DOPENSSL_TLS_SECURITY_LEVEL=2
""".split()


class Unavailable(RuntimeError):
    """What the libraries are made from is not to be had: no defect, but no network, or no Debian."""


class Workshop:
    """Builds one library after the other in WORK, and installs each into it for the next ones to find."""

    def __init__(self, work: Path, pins: dict, cpu: str, libc: str):
        self.work = work
        self.cpu = cpu
        self._libc = libc
        self._pins = pins
        self._environment = dict(os.environ, SOURCE_DATE_EPOCH="0", PATH="%s/bin:%s" % (work, os.environ["PATH"]))
        for name in ("CC", "CFLAGS", "CPPFLAGS", "LDFLAGS", "CMAKE_TOOLCHAIN_FILE", "MAKEFLAGS", "DESTDIR"):
            self._environment.pop(name, None)

    def run(self, *argv, what: str, cwd: Path) -> None:
        cache.run(argv, "%s, %s" % (what, self.cpu), cwd=cwd, env=self._environment)

    def unpack(self, name: str) -> Path:
        return sources.unpack(self._pins, name, self.work / "build" / name)

    def build(self, name: str) -> None:
        recipe = getattr(self, name, None)
        if recipe:
            recipe()
        else:
            self.cmake(name)

    def cmake(self, name: str, target=None, more="") -> Path:
        """Builds and installs; with TARGET builds just that, in the directory that is returned. MORE: compiler flags."""
        source = self.unpack(name)
        build = source / "build-static"
        flags = "%s -ffile-prefix-map=%s=%s %s" % (CFLAGS, source, name, more)
        self.run("cmake", "-G", "Ninja", "-S", source, "-B", build, "-DCMAKE_TOOLCHAIN_FILE=%s" % TOOLCHAIN,
                 "-DMCAPI_CPU=" + self.cpu, "-DMCAPI_LIBC=" + self._libc, "-DMCAPI_STATIC_PREFIX=%s" % self.work, "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_C_FLAGS=" + flags, "-DCMAKE_C_FLAGS_RELEASE=-DNDEBUG", "-DBUILD_SHARED_LIBS=OFF",
                 "-DCMAKE_INSTALL_PREFIX=%s" % self.work, "-DCMAKE_INSTALL_LIBDIR=lib", *CMAKE[name],
                 what="configuring " + name, cwd=source)
        self.run("cmake", "--build", build, JOBS, *(["--target", target] if target else []),
                 what="compiling " + name, cwd=source)
        if not target:
            self.run("cmake", "--install", build, what="installing " + name, cwd=source)
        return build

    def libarchive(self) -> None:
        """Left alone it builds the shared library too."""
        build = self.cmake("libarchive", "archive_static")
        self.install(build, libraries=("libarchive/libarchive.a",), descriptions=("build/pkgconfig/libarchive.pc",))
        self.install(build.parent / "libarchive", headers=("archive.h", "archive_entry.h"))

    def cmocka(self) -> None:
        """As libarchive; the static library has a name of its own, and its header wants to know that C has uintptr_t."""
        known = "-D_UINTPTR_T"
        build = self.cmake("cmocka", "cmocka-static", known)
        shutil.copy(build / "src/libcmocka-static.a", self.work / "lib/libcmocka.a")
        text = (build / "cmocka.pc").read_text(encoding="utf-8").replace("Cflags:", "Cflags: " + known)
        (self.work / "lib/pkgconfig/cmocka.pc").write_text(text, encoding="utf-8")
        self.install(build.parent / "include", headers=("cmocka.h",))

    def libyaml(self) -> None:
        """CMake's installation of it lacks the file for pkg-config."""
        self.cmake("libyaml")
        template = self.work / "build/libyaml/yaml-0.1.pc.in"
        values = {"prefix": self.work, "exec_prefix": "${prefix}", "includedir": "${prefix}/include",
                  "libdir": "${prefix}/lib", "PACKAGE_VERSION": self._pins["packages"]["libyaml"]["version"].split("-")[0]}
        text = re.sub(r"@(\w+)@", lambda match: str(values[match.group(1)]), template.read_text(encoding="utf-8"))
        (self.work / "lib/pkgconfig/yaml-0.1.pc").write_text(text, encoding="utf-8")

    def zlib(self) -> None:
        """Debian removes what its CMakeLists.txt needs."""
        source = self.unpack("zlib")
        self.run("env", "CC=cc", "AR=ar", "RANLIB=ranlib", "CFLAGS=" + CFLAGS, "./configure", "--static",
                 "--prefix=%s" % self.work, what="configuring zlib", cwd=source)
        self.run("make", JOBS, "libz.a", what="compiling zlib", cwd=source)
        self.install(source, libraries=("libz.a",), headers=("zlib.h", "zconf.h"), descriptions=("zlib.pc",))

    def curl(self) -> None:
        """Its file for pkg-config names the compiler's own libraries, in the compiler's cache."""
        self.cmake("curl")
        path = self.work / "lib/pkgconfig/libcurl.pc"
        text = re.sub(r"(?m)^Libs:.*$", "Libs: -L${libdir} -lcurl", path.read_text(encoding="utf-8"))
        text = re.sub(r"(?m)^Libs.private:.*$", "Requires.private: libssl libcrypto libnghttp2 zlib", text)
        path.write_text(text, encoding="utf-8")

    def openssl(self) -> None:
        source = self.unpack("openssl")
        # Named without a path, because the library keeps the words of its compilation.
        self.run("perl", "Configure", "linux-" + self.cpu, "--prefix=/usr", "--libdir=lib", "--openssldir=/etc/ssl",
                 "CC=cc", "AR=ar", "RANLIB=ranlib", *CFLAGS.split(), *OPENSSL,
                 what="configuring openssl", cwd=source)
        self.run("make", "-s", JOBS, "build_generated", what="preparing openssl", cwd=source)
        self.run("make", "-s", JOBS, "libcrypto.a", "libssl.a", "libcrypto.pc", "libssl.pc", "openssl.pc",
                 what="compiling openssl", cwd=source)
        self.install(source, libraries=("libcrypto.a", "libssl.a"), headers=("include/openssl",),
                     descriptions=("libcrypto.pc", "libssl.pc", "openssl.pc"))

    def install(self, source: Path, libraries=(), headers=(), descriptions=()) -> None:
        for names, place in ((libraries, "lib"), (headers, "include"), (descriptions, "lib/pkgconfig")):
            for path in (source / name for name in names):
                copy = shutil.copytree if path.is_dir() else shutil.copy
                copy(path, self.work / place / path.name)

    def tidy(self) -> None:
        """Leaves what a static link needs, and no trace of the directory that it was built in."""
        for path in (self.work / "lib/pkgconfig").glob("*.pc"):
            text = path.read_text(encoding="utf-8").replace(str(self.work), "${pcfiledir}/../..")
            text = text.replace("prefix=/usr\n", "prefix=${pcfiledir}/../..\n")
            path.write_text(text, encoding="utf-8")
        for path in list((self.work / "lib").glob("*.so*")):
            path.unlink()
        (self.work / "bin/curl-config").unlink(missing_ok=True)
        for name in ("build", "share", "cmake", "lib/cmake"):
            shutil.rmtree(self.work / name, ignore_errors=True)


def build_all(work: Path, pins: dict, cpu: str, libc: str) -> None:
    zig.write_tools(work / "bin", pins, TARGETS[libc] % cpu)
    (work / "lib/pkgconfig").mkdir(parents=True)
    for name in ("include", "build"):
        (work / name).mkdir()
    shop = Workshop(work, pins, cpu, libc)
    for name in LIBRARIES[libc]:
        shop.build(name)
    shop.tidy()


def prefix_of(cpu: str, libc: str) -> Path:
    """Its name changes with the sources and with the steps that build them, not with the rest of these files."""
    steps = [inspect.getsource(step) for step in (Workshop, build_all, zig.write_tools)]
    words = repr((LIBRARIES[libc], TARGETS[libc], CMAKE, OPENSSL, CFLAGS, zig.WRAPPER, zig.PKG_CONFIG, os.uname().machine))
    key = cache.fingerprint(sources.PINS, TOOLCHAIN, words, *steps)
    return cache.cache_dir() / ("static-%s-%s-%s" % (libc, cpu, key))


def require_tools() -> None:
    needed = {"dpkg-source": "dpkg-dev", "perl": "perl", "make": "make", "cmake": "cmake", "ninja": "ninja-build",
              "pkg-config": "pkg-config"}
    missing = [package for tool, package in needed.items() if not shutil.which(tool)]
    if missing:
        raise RuntimeError("static libraries cannot be built without: " + " ".join(missing))


def build(cpu: str, libc: str) -> Path:
    """Returns the directory of the static libraries, after making it where the cache lacks it."""
    pins = sources.read_pins()
    target = prefix_of(cpu, libc)
    if target.is_dir() and (zig.directory(pins) / ".complete").exists():
        return target
    require_tools()
    begin = time.monotonic()
    print("static libraries for %s, %s: building, this takes some minutes" % (cpu, libc), file=sys.stderr, flush=True)
    try:
        zig.install(pins)
        sources.fetch(pins)
    except RuntimeError as error:
        raise Unavailable(str(error)) from None
    if not target.is_dir():
        cache.build_once(target, lambda work: build_all(work, pins, cpu, libc))
        print("static libraries for %s, %s: built in %d s" % (cpu, libc, time.monotonic() - begin), file=sys.stderr, flush=True)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu", choices=CPUS, default="x86_64", help="default: %(default)s")
    parser.add_argument("--libc", choices=TARGETS, default="musl", help="default: %(default)s")
    parser.add_argument("--cached", action="store_true", help="look, never build")
    options = parser.parse_args()
    if options.cached and not prefix_of(options.cpu, options.libc).is_dir():
        return NOT_CACHED
    try:
        print(build(options.cpu, options.libc))
    except Unavailable as error:
        print(error, file=sys.stderr)
        return UNAVAILABLE
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
