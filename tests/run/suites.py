#!/usr/bin/env python3
"""./dev test [SUITE…]: all suites but those on request, or the named suites only.

Ends with the line "N passed, N failed", and with exit status 1 if anything failed, or was skipped although this machine
can run it.
"""
import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import coverage  # noqa: E402
import fuzz  # noqa: E402
from package import GALAXY, check_modules, check_style  # noqa: E402
from runner import ROOT, Failed, Preparation, Suite, end_all, run_lanes, say  # noqa: E402

CORES = "2.17.14 2.19.14 2.21.5"  # of ansible-core: the oldest, the main and the newest one
ALL_CORES = "2.17.14 2.18.19 2.19.14 2.20.10 2.21.5"
CPUS = ("x86_64", "aarch64")
UNAVAILABLE = 4  # the exit status of static_libs.py when it cannot fetch something
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
# Reasons for a skip that are no fault: what the machine lacks, not what we forgot.
EXCUSES = ("this machine", "MCAPI_TEST_DATA", "no Python 3.")


# ---- what several suites need

def prepare_kubernetes(suite):
    arguments = [suite.options.kubernetes] if suite.options.kubernetes else []
    suite.run(sys.executable, "tests/servers/kubernetes/build.py", *arguments, nice=2)


def prepare_ansible(suite):
    _, output = suite.run(sys.executable, "tests/servers/ansible_venv.py", nice=5)
    return Path(output.splitlines()[-1]) / "bin"


def prepare_bundle(suite):
    kubernetes.wait()
    suite.run(sys.executable, "tests/servers/capi_bundle.py", nice=2)


def prepare_clusterctl(suite):
    """The program that clusterctl_init is compared with, and what both install."""
    kubernetes.wait()
    suite.run(sys.executable, "tests/servers/clusterctl/build.py", nice=5)
    suite.run(sys.executable, "tests/servers/clusterctl/repository.py", nice=5)


def prepare_openstack(suite):
    """Several services and databases; minutes when nothing is there. The value: the versions of Magnum."""
    sys.path.insert(0, str(ROOT / "tests"))
    from servers.openstack import venv
    suite.run(sys.executable, "tests/servers/openstack/template.py", *venv.MAGNUMS, nice=5)
    return venv.MAGNUMS


def prepare_lxc(suite):
    """What containers are made from. Where that cannot be had, the tests say why."""
    suite.run(sys.executable, "tests/servers/lxc/rootfs.py", "systemd", nice=5, check=False)


def prepare_static(suite):
    """The programs that run anywhere, in build/portable/CPU. False where what they are made from cannot be had."""
    for cpu in CPUS:
        status, _ = suite.run("tests/run/programs.sh", cpu, "build/portable/" + cpu, nice=7, check=False)
        if status == UNAVAILABLE:
            return False
        if status != 0:
            raise Failed("programs for %s: exit status %d" % (cpu, status))
    return True


def measured(suite, *targets):
    """What a suite's tests run is built for coverage, unless the suite unit does that. Their environment."""
    if "unit" not in suite.options.suites:
        suite.run("tests/run/configure.sh", "coverage", *targets)
    return dict(SANITIZERS, MCAPI_BUILD=str(ROOT / "build/coverage"))


kubernetes = ansible = bundle = clusterctl = openstack_cloud = lxc_images = static = None  # Preparation objects, made in main


# ---- suites

def lint(suite):
    suite.run("tests/run/configure.sh", "gcc", "lint_tools")
    suite.ctest(ROOT / "build/gcc", "-L", "lint", "-j2")


def unit(suite):
    suite.run("tests/run/configure.sh", "coverage")
    coverage.reset(ROOT / "build/coverage")
    suite.ctest(ROOT / "build/coverage", "-LE", "lint", "-j2", env=SANITIZERS)


def clang(suite):
    suite.run("tests/run/configure.sh", "clang")
    suite.ctest(ROOT / "build/clang", "-LE", "lint", "-j2")


def analyzer(suite):
    suite.run("cmake", "--preset", "analyzer")
    suite.step("cmake", "--build", "build/analyzer", "--target", "programs")


def fuzzing(suite):
    suite.run("tests/run/configure.sh", "fuzz", "fuzz_targets")
    seconds = suite.options.fuzz_seconds or (5 if suite.options.quick else 60)
    fuzz.run_all(suite, ROOT / "build/fuzz", seconds)


def servers(suite):
    kubernetes.wait()
    suite.pytest(ansible.wait() / "python", "tests/servers")


def integration(suite):
    kubernetes.wait()
    bundle.wait()
    environment = measured(suite)
    environment.update({"%s_PROBE" % name.upper(): environment["MCAPI_BUILD"] + "/tests/%s_probe" % name
                        for name in ("spec", "kubeconfig")})
    elsewhere = ("capi_backup", "clusterctl_init", "lxc_container", "magnum_template", "mcapi_proxy",
                 "openstack_resources")  # in suites of their own
    suite.pytest(ansible.wait() / "python", "tests/integration",
                 *("--ignore=tests/integration/" + name for name in elsewhere), env=environment)


def real_clusterctl(suite):
    """clusterctl_init beside the real clusterctl, each on a cluster of its own."""
    kubernetes.wait()
    clusterctl.wait()
    environment = measured(suite, "clusterctl_init")
    suite.pytest(ansible.wait() / "python", "tests/integration/clusterctl_init", env=environment)


def backup(suite):
    """capi_backup beside the real clusterctl, on the kinds of Cluster API and clusters like Magnum's."""
    kubernetes.wait()
    clusterctl.wait()
    lxc_images.wait()
    environment = measured(suite, "capi_backup")
    for component in ("bootstrap", "control-plane"):
        suite.run(sys.executable, "tests/servers/capi_bundle.py", component)
    older = "1.10.10"  # of Cluster API and clusterctl, the last series of the version before
    suite.run(sys.executable, "tests/servers/capi_bundle.py", "all", "--version", older)
    suite.run(sys.executable, "tests/servers/clusterctl/build.py", older)
    suite.run(sys.executable, "tests/servers/capi_manager.py")
    suite.pytest(ansible.wait() / "python", "tests/integration/capi_backup",
                 env=dict(environment, MCAPI_PORTABLE=portable_programs(suite)))


def openstack(suite):
    """The modules for OpenStack against a real cloud: everything on the newest Magnum, the essence on the one before it."""
    newest, older = openstack_cloud.wait()
    environment = measured(suite, "magnum_template", "openstack_resources", "clouds_probe")
    folder = "tests/integration/magnum_template"
    suite.pytest(ansible.wait() / "python", folder, "tests/integration/openstack_resources",
                 env=dict(environment, MAGNUM_VERSION=newest))
    suite.pytest(ansible.wait() / "python", folder + "/test_acceptance.py", env=dict(environment, MAGNUM_VERSION=older))


def portable_programs(suite) -> str:
    """The folder of programs that run anywhere; an empty one where there can be none, which the tests tell."""
    if static.wait():
        return str(ROOT / "build/portable" / platform.machine())
    suite.skipped.append("this machine cannot fetch what static libraries are made from, see %s" % static.suite.log)
    return str(ROOT / "build/none")


def lxc(suite):
    """lxc_container on real containers."""
    lxc_images.wait()
    environment = measured(suite, "lxc_container")
    suite.pytest(ansible.wait() / "python", "tests/integration/lxc_container",
                 env=dict(environment, MCAPI_PORTABLE=portable_programs(suite)))


def proxy(suite):
    """The daemon: clusters in network namespaces, a management cluster, upstream's proxy, a host with systemd."""
    kubernetes.wait()
    lxc_images.wait()
    openstack_cloud.wait()
    environment = dict(measured(suite, "magnum-cluster-api-proxy", "k8s_apply"), MCAPI_PORTABLE=portable_programs(suite))
    for needed in (["upstream_proxy.py"], ["lxc/rootfs.py", "proxy"], ["openstack/wheels.py"]):
        suite.run(sys.executable, "tests/servers/" + needed[0], *needed[1:], nice=5)
    suite.pytest(ansible.wait() / "python", "tests/integration/mcapi_proxy", env=environment)


def portable(suite):
    """The programs that run anywhere; and the unit tests on their C library, which has its own mind in places."""
    if not static.wait():
        suite.skipped.append("this machine cannot fetch what static libraries are made from, see %s" % static.suite.log)
        return
    kubernetes.wait()
    suite.pytest(ansible.wait() / "python", "tests/portable")
    if platform.machine() in CPUS:
        suite.run("tests/run/configure.sh", "static-" + platform.machine())
        suite.ctest(ROOT / ("build/static-" + platform.machine()), "-L", "unit|golden", "-j2")


def programs_to_pack(suite):
    """Arguments of pack_collection.py: programs of both CPUs that run anywhere, or what this machine's libraries give."""
    if platform.machine() not in CPUS or not static.wait():
        suite.run("tests/run/configure.sh", "release", "programs")
        return ["--bin", "build/release/bin"]
    return ["--bin", "build/portable/" + platform.machine(),
            *(word for cpu in CPUS if cpu != platform.machine() for word in ("--bin-of", "%s=build/portable/%s" % (cpu, cpu)))]


def collection(suite):
    """The package as users get it: built, installed, verified, documented, linted."""
    tools = ansible.wait()
    programs = programs_to_pack(suite)
    _, output = suite.run(sys.executable, "tests/support/pack_collection.py", *programs,
                          "--ansible-galaxy", tools / "ansible-galaxy")
    tarball = output.splitlines()[-1]
    with tempfile.TemporaryDirectory(prefix="mcapi-collection-") as work:
        environment = {"ANSIBLE_COLLECTIONS_PATH": work, "ANSIBLE_HOME": work + "/home",
                       "PATH": "%s:%s" % (tools, os.environ["PATH"]), "ANSIBLE_NOCOLOR": "1"}
        suite.step("ansible-galaxy", "collection", "install", "--offline", "-p", work, tarball, env=environment)
        suite.step("ansible-galaxy", "collection", "verify", "--offline", "-p", work, GALAXY, env=environment)
        check_modules(suite, work, environment)
        check_style(suite, Path(work), environment)
        kubernetes.wait()
        suite.step(sys.executable, "tests/run/molecule.py", "--collection", tarball, tools, env=environment, timeout=900)
    suite.pytest(tools / "python", "tests/collection", env={"MCAPI_TEST_CORES": CORES})


def fastpath(suite):
    """One command per task, on each ansible-core; makes users and an sshd of its own, so it needs root."""
    suite.run("tests/run/configure.sh", "gcc", "probe_module")
    for version in ALL_CORES.split():
        suite.run(sys.executable, "tests/servers/ansible_venv.py", version, nice=5)
    suite.pytest(ansible.wait() / "python", "tests/fastpath",
                 env={"MCAPI_TEST_CORES": ALL_CORES, "MCAPI_BUILD": str(ROOT / "build/gcc")})


def roles(suite):
    """Roles and playbooks on each ansible-core, without a host to change; and Cilium's chart, by helm, on an API server."""
    kubernetes.wait()
    suite.run(sys.executable, "tests/servers/helm.py", nice=10)
    environment = measured(suite, "k8s_apply")
    suite.pytest(ansible.wait() / "python", "tests/roles", env=dict(environment, MCAPI_TEST_CORES=CORES))


def aio(suite):
    """From an empty host to Cluster API: containers, kubeadm, controllers, all real. An hour when nothing is in the cache."""
    from servers.kubeadm import build
    kubernetes.wait()
    suite.run(sys.executable, "tests/servers/lxc/rootfs.py", "node", nice=5)
    programs = ["tests/run/programs.sh", platform.machine(), "build/portable/" + platform.machine()]
    suite.run(*programs, nice=10)
    versions = os.environ.get("KUBERNETES_VERSION") or build.DEFAULT_VERSION, "1.36.3"  # what is deployed, and what is upgraded from
    suite.run(sys.executable, "tests/servers/kubeadm/build.py", *versions, nice=5)
    environment = {"MCAPI_PROGRAMS": str(ROOT / programs[-1])}
    tools = ansible.wait()
    suite.pytest(tools / "python", "tests/aio", env=environment)
    suite.step(sys.executable, "tests/run/molecule.py", tools, "aio", env=environment, timeout=1800)


def magnum(suite):
    """Magnum as the collection deploys it, beside real OpenStack services and a real API server with Cluster API's kinds."""
    kubernetes.wait()
    lxc_images.wait()
    openstack_cloud.wait()
    environment = measured(suite, "k8s_apply", "lxc_container", "magnum_template", "openstack_resources")
    for component in ("core", "bootstrap", "control-plane"):
        suite.run(sys.executable, "tests/servers/capi_bundle.py", component, nice=10)
    suite.run(sys.executable, "tests/servers/lxc/magnum_tree.py", nice=5)
    suite.run(sys.executable, "tests/servers/openstack/wheels.py", nice=5)
    tools = ansible.wait()
    suite.pytest(tools / "python", "tests/magnum_service", env=environment)
    suite.run("tests/run/configure.sh", "release", "programs")
    _, output = suite.run(sys.executable, "tests/support/pack_collection.py", "--bin", "build/release/bin", "--stage", "build/magnum/stage",
                          "--dist", "build/magnum/dist", "--ansible-galaxy", tools / "ansible-galaxy")
    suite.step(sys.executable, "tests/run/molecule.py", "--collection", output.splitlines()[-1], tools, "magnum", timeout=1200)


def report_coverage(suite):
    for line in coverage.table(ROOT / "build/coverage"):
        suite.notes.append(line)
    suite.passed += 1


SUITES = {
    "unit": unit, "clang": clang, "analyzer": analyzer, "lint": lint, "servers": servers, "integration": integration,
    "clusterctl": real_clusterctl, "backup": backup, "portable": portable, "collection": collection, "fastpath": fastpath,
    "openstack": openstack, "lxc": lxc, "roles": roles, "aio": aio, "proxy": proxy, "magnum": magnum,
    "fuzz": fuzzing,
}
# The second lane: what computes, and shares nothing with the first one, whose suites often wait for their servers. It steps
# back for these, which are the ones that look at clocks.
BESIDE = ("clang", "analyzer", "lint", "collection", "fastpath", "roles", "fuzz")
BESIDE_NICE = 10  # also for what the first lane waits for, when nothing is in the cache
ON_REQUEST = ("openstack", "proxy", "aio", "magnum")  # not part of all
NEEDS_KUBERNETES = ("servers", "integration", "clusterctl", "backup", "portable", "collection", "roles", "proxy", "aio", "magnum")
NEEDS_ANSIBLE = NEEDS_KUBERNETES + ("fastpath", "openstack", "lxc")
NEEDS_STATIC = ("backup", "portable", "collection", "lxc", "proxy")


def arguments():
    parser = argparse.ArgumentParser(prog="./dev test", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="of %s; default all but %s, which take longer and are on request" %
                        (", ".join(SUITES), ", ".join(ON_REQUEST)))
    parser.add_argument("--kubernetes", metavar="VERSION", help="of the API server")
    parser.add_argument("--quick", action="store_true", help="fuzz for seconds, not for a minute each")
    parser.add_argument("--fuzz-seconds", type=int, metavar="N", help="per target")
    options = parser.parse_args()
    unknown = [name for name in options.suites if name not in SUITES]
    if unknown:
        parser.error("unknown suite %s; known: %s" % (", ".join(unknown), ", ".join(SUITES)))
    return options


def prepare(options, names):
    """Starts what takes long, so that it is ready when it is needed."""
    global kubernetes, ansible, bundle, clusterctl, openstack_cloud, lxc_images, static
    kubernetes = Preparation("kubernetes", prepare_kubernetes, options)
    ansible = Preparation("ansible", prepare_ansible, options)
    bundle = Preparation("bundle", prepare_bundle, options)
    clusterctl = Preparation("clusterctl", prepare_clusterctl, options)
    openstack_cloud = Preparation("openstack-cloud", prepare_openstack, options)
    lxc_images = Preparation("lxc-images", prepare_lxc, options)
    static = Preparation("static", prepare_static, options)
    if set(NEEDS_KUBERNETES) & set(names):
        kubernetes.start()
        bundle.start()
    if {"clusterctl", "backup"} & set(names):
        clusterctl.start()
    if set(NEEDS_ANSIBLE) & set(names):
        ansible.start()
    if {"openstack", "proxy", "magnum"} & set(names):
        openstack_cloud.start()
    if {"backup", "lxc", "proxy", "magnum"} & set(names):
        lxc_images.start()
    if set(NEEDS_STATIC) & set(names):
        static.start()


def unexcused(suites):
    reasons = [(s.name, reason) for s in suites for reason in s.skipped]
    return [(name, reason) for name, reason in reasons if not any(excuse in reason for excuse in EXCUSES)]


def main() -> int:
    options = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end_all)
    if options.kubernetes:
        os.environ["KUBERNETES_VERSION"] = options.kubernetes
    begin = time.monotonic()
    names = options.suites = options.suites or [name for name in SUITES if name not in ON_REQUEST]
    prepare(options, names)
    suites = [Suite(name, SUITES[name], options, BESIDE_NICE if name in BESIDE else 0) for name in SUITES if name in names]
    run_lanes([[s for s in suites if s.name not in BESIDE], [s for s in suites if s.name in BESIDE]])
    if {"unit", "integration", "clusterctl", "backup", "openstack", "proxy"} & set(names):
        suites.append(Suite("coverage", report_coverage, options))
        suites[-1].execute()
        suites[-1].report()
    missing = unexcused(suites)
    for name, reason in missing:
        say("%s: skipped although this machine can run it: %s" % (name, reason))
    passed, failed, skipped = (sum(s.passed for s in suites), sum(s.failed for s in suites),
                               sum(len(s.skipped) for s in suites))
    say("all in %d s" % (time.monotonic() - begin))
    say("%d passed, %d failed%s" % (passed, failed + len(missing),
                                    ", %d skipped" % (skipped - len(missing)) if skipped > len(missing) else ""))
    return 1 if failed or missing else 0


if __name__ == "__main__":
    sys.exit(main())
