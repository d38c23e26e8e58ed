"""The module on other versions of liblxc than this machine's, from Debian's older and newer releases: what containers are
made for, from creation to removal. The containers and the kernel stay this machine's."""
import os
import platform
from pathlib import Path

import pytest

from conftest import Subject, look_after
from servers.lxc import library
from support.module import Module

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def portable():
    """The program that is shipped: the sanitizers of a development build fit one C library alone."""
    folder = Path(os.environ.get("MCAPI_PORTABLE", ROOT / "build/portable" / platform.machine()))
    if not (folder / "lxc_container").exists():
        pytest.skip("this machine has no programs in %s that run anywhere: ./dev build first, or set MCAPI_PORTABLE" % folder)
    return folder / "lxc_container"


@pytest.fixture(scope="module", params=sorted(library.RELEASES))
def version(request, world, portable, tmp_path_factory):
    """(version of liblxc, Module)."""
    folder = tmp_path_factory.mktemp(request.param)
    try:
        program = library.wrap(request.param, portable, folder / "lxc_container")
    except RuntimeError as error:
        pytest.skip("this machine cannot fetch another liblxc: %s" % error)
    return library.RELEASES[request.param][0], Module(program, folder)


@pytest.fixture
def foreign(version, world, image):
    """A container that does not exist yet, cared for by the other liblxc; every answer must name its version."""
    number, module = version

    class Foreign(Subject):
        def __call__(self, *arguments, **options):
            outcome = super().__call__(*arguments, **options)
            assert outcome.data["lxc_version"] == number, outcome.data
            return outcome

    yield from look_after(Foreign(world.box(), module, image))


def test_other_libraries__life_of_a_container__is_the_same(foreign):
    made = foreign.made("lxc.net.0.type = empty")
    assert foreign(check=True, **made).changed and not foreign.box.exists
    outcome = foreign(**made)
    assert outcome.changed and outcome["lxc_container"]["state"] == "running" and foreign.box.state == "RUNNING"
    assert not foreign(**made).changed
    command = foreign(container_command="uname -n", container_command_args={"executable": "/bin/sh"})
    assert command["lxc_container"]["init_pid"] == foreign.box.pid
    assert command["command"]["stdout"] == foreign.box.name, command.data
    assert foreign("frozen").changed and foreign.box.state == "FROZEN"
    assert foreign("started").changed and foreign.box.state == "RUNNING"
    assert foreign("stopped").changed and not foreign("stopped").changed and foreign.box.state == "STOPPED"
    assert foreign("absent", check=True).changed and foreign.box.exists
    assert foreign("absent").changed and not foreign("absent").changed and not foreign.box.exists


def test_other_libraries__changed_key_of_a_running_container__restarts_it_once(foreign):
    foreign.create("started")
    pid = foreign.box.pid
    options = {"container_config": ["lxc.environment = COLOR=red", "lxc.cap.drop = sys_time", "lxc.start.order = 7"]}
    first = foreign(diff=True, **options)
    assert first.changed and first["lxc_container"]["restarted"] and foreign.box.pid != pid
    pid = foreign.box.pid
    assert not foreign(**options).changed and foreign.box.pid == pid
    only_read_at_boot = dict(options, container_config=options["container_config"][:2] + ["lxc.start.order = 8"])
    second = foreign(**only_read_at_boot)
    assert second.changed and not second["lxc_container"]["restarted"] and foreign.box.pid == pid


def test_other_libraries__device_that_goes__restarts_it_once(foreign):
    both = [{"name": "eth0", "address": ["10.250.2.1/24"], "gateway": ["10.250.2.2"]},
            {"mtu": 1400}]  # without a name, as LXC makes one up
    foreign.create("started", networks=both)
    pid = foreign.box.pid
    assert not foreign(networks=both).changed and foreign.box.pid == pid
    only = foreign(networks=both[:1])
    assert only["lxc_container"]["restarted"] and foreign.box.pid != pid
    pid = foreign.box.pid
    assert not foreign(networks=both[:1]).changed and foreign.box.pid == pid


def test_other_libraries__line_that_cannot_be_read__is_refused_and_nothing_touched(foreign):
    foreign.create("started")
    before, pid = foreign.box.config, foreign.box.pid
    for item, said in (("lxc.bogus.key=1", "lxc.bogus.key"), ("lxc.start.order=first", "lxc.start.order"),
                       ("lxc.idmap=nonsense", "lxc.idmap"), ("lxc.include=/nonexistent/file", "/nonexistent/file")):
        outcome = foreign(container_config=["lxc.start.delay=2", item])
        assert outcome.failed and not outcome.changed and said in outcome.msg, outcome.data
    assert foreign.box.config == before and foreign.box.pid == pid


def test_other_libraries__copies_and_snapshots__are_made_and_removed(foreign, world, none_left):
    foreign.create()
    copy = world.box()
    cloned = foreign("stopped", clone_name=copy.name)
    assert cloned.changed and copy.exists
    assert not foreign("stopped", clone_name=copy.name).changed
    copy.destroy()
    assert foreign("stopped", snapshot={"state": "present"}).changed
    assert foreign("absent", destroy_snapshots=True).changed and not foreign.box.exists
