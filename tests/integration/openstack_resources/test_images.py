"""Images of Glance: uploaded once, from a file, checked before and after, and taken back when that fails."""
import hashlib
import json
import os
import struct

import pytest

from support.openstack_relay import OpenStackRelay
from support.resources import actions, all_writes, assert_same

NOTED = "owner_specified.openstack.sha256"


def qcow2(size: int) -> bytes:
    """What begins like a disk of QEMU, because Glance looks at that, and goes on like nothing else."""
    head = struct.pack(">4sIQIIQIIQQIIQQQQII", b"QFI\xfb", 3, 0, 0, 16, 1 << 20, 0, 1, 1 << 16, 2 << 16, 1, 0, 0, 0, 0, 0,
                       4, 104)
    return head.ljust(4096, b"\0") + os.urandom(size)


@pytest.fixture
def content(tmp_path):
    """A file that no other test has."""
    path = tmp_path / "content.qcow2"
    path.write_bytes(qcow2(300000))
    return path


def digest(path, algorithm="sha256") -> str:
    return "%s:%s" % (algorithm, hashlib.new(algorithm, path.read_bytes()).hexdigest())


def image_of(resources, path, **more):
    return dict({"kind": "image", "name": resources.fresh("image"), "file": str(path), "visibility": "public",
                 "properties": {"os_distro": "ubuntu", "hw_disk_bus": "scsi"}}, **more)


def stored(resources, name) -> list:
    return resources.ask("glance", "GET", "/images?name=" + name).body["images"]


def one(resources, name) -> dict:
    found = stored(resources, name)
    assert len(found) == 1, found
    return found[0]


def uploads(outcome) -> int:
    return len([path for method, path in all_writes(outcome) if method == "PUT"])


@pytest.mark.parametrize("algorithm", ("sha256", "sha512", None))
def test_image__new_one__is_uploaded_once(resources, cloud, content, algorithm):
    item = image_of(resources, content, min_disk=1)
    if algorithm:
        item["checksum"] = digest(content, algorithm)
    predicted = resources(item, check=True, diff=True)
    assert actions(predicted) == ["created"] and all_writes(predicted) == []
    outcome = resources(item)
    assert actions(outcome) == ["created"]
    made = one(resources, item["name"])
    assert (made["status"], made["visibility"], made["os_distro"], made["hw_disk_bus"], made["min_disk"]) \
        == ("active", "public", "ubuntu", "scsi", 1)
    assert made["os_hash_value"] == digest(content, "sha512").split(":")[1]
    assert made[NOTED] == digest(content).split(":")[1]
    assert (cloud.directory / "images" / made["id"]).read_bytes() == content.read_bytes()
    assert outcome["resources"][0]["id"] == made["id"]
    assert_same(resources(item))
    if algorithm:
        content.unlink()
        assert_same(resources(item))  # nothing of it is read


def test_image__attributes_and_properties__are_changed_in_place(resources, content):
    item = image_of(resources, content, properties={"keep": "1", "change": "1", "drop": "1", "a/b~c": "1"})
    resources(item)
    changed = dict(item, visibility="private", min_ram=512, protected=True,
                   properties={"change": 2, "drop": None, "new": True, "a/b~c": "2"})
    predicted = resources(changed, check=True, diff=True)
    assert actions(predicted) == ["updated"] and all_writes(predicted) == []
    outcome = resources(changed, diff=True)
    assert outcome["diff"] == predicted["diff"]
    assert sorted(outcome["resources"][0]["changed_fields"]) == ["min_ram", "properties", "protected", "visibility"]
    assert [method for method, _ in all_writes(outcome)] == ["PATCH"]
    made = one(resources, item["name"])
    assert (made["visibility"], made["min_ram"], made["protected"], made["keep"], made["change"], made["new"],
            made["a/b~c"]) == ("private", 512, True, "1", "2", "true", "2")
    assert "drop" not in made
    assert_same(resources(changed))
    outcome = resources(dict(item, state="absent"))
    assert outcome.failed and "protected" in outcome.msg
    resources(dict(changed, protected=False))
    assert actions(resources(dict(item, state="absent"), check=True)) == ["removed"]
    assert actions(resources(dict(item, state="absent"))) == ["removed"]
    assert_same(resources(dict(item, state="absent")))


@pytest.mark.parametrize("checksum", ("sha256:" + "0" * 64, "sha512:" + "0" * 128))
@pytest.mark.parametrize("check", (True, False))
def test_image__file_with_another_checksum__is_not_sent(resources, content, checksum, check):
    outcome = resources(image_of(resources, content, checksum=checksum), check=check)
    assert outcome.failed and outcome["option"] == "resources[0].file"
    assert "damaged or another file" in outcome.msg
    assert all_writes(outcome) == []


@pytest.mark.parametrize("checksum", ("", "md5:1", "sha256:abc", "sha256:" + "g" * 64, "0" * 64))
def test_image__checksum_that_is_none__is_refused(resources, content, checksum):
    outcome = resources(image_of(resources, content, checksum=checksum))
    assert outcome.failed and outcome["option"] == "resources[0].checksum" and outcome.requests == []


@pytest.mark.parametrize("make", ("missing", "empty", "folder"))
def test_image__file_that_cannot_be_sent__is_named(resources, tmp_path, make):
    path = tmp_path / "there"
    if make == "empty":
        path.touch()
    elif make == "folder":
        path.mkdir()
    outcome = resources(image_of(resources, path))
    assert outcome.failed and outcome["option"] == "resources[0].file" and str(path) in outcome.msg
    assert all_writes(outcome) == []


def test_image__file_that_is_missing_in_check_mode__is_a_warning(resources, tmp_path):
    """The task before, which fetches it, did nothing either."""
    outcome = resources(image_of(resources, tmp_path / "later"), check=True)
    assert actions(outcome) == ["created"] and "check mode goes on" in outcome.warnings[0]


def test_image__with_another_content__fails_is_kept_or_replaced(resources, content, tmp_path):
    item = image_of(resources, content)
    old = resources(item)["resources"][0]["id"]
    other = tmp_path / "other"
    other.write_bytes(qcow2(1000))
    wanted = dict(item, file=str(other), checksum=digest(other))
    outcome = resources(wanted)
    assert outcome.failed and outcome["option"] == "resources[0].file" and "on_different" in outcome.msg
    assert all_writes(outcome) == []
    assert_same(resources(dict(wanted, on_different="keep")))
    replace = dict(wanted, on_different="replace")
    predicted = resources(replace, check=True)
    assert actions(predicted) == ["recreated"] and all_writes(predicted) == []
    outcome = resources(replace)
    assert actions(outcome) == ["recreated"]
    made = one(resources, item["name"])
    assert made["id"] != old and made["os_hash_value"] == digest(other, "sha512").split(":")[1]
    assert outcome["resources"][0]["id"] == made["id"]
    assert_same(resources(replace))


def test_image__replaced__is_as_the_old_one_but_for_what_is_said(resources, cloud, content, tmp_path):
    name = resources.fresh("image")
    cloud.openstack("image", "create", name, "--file", content, "--disk-format", "qcow2", "--shared", "--protected",
                    "--min-disk", 3, "--min-ram", 64, "--tag", "gold", "--property", "os_distro=ubuntu", "--property",
                    "change=1", "--property", "drop=1", "--property", "owner_specified.openstack.md5=of-the-old",
                    cloud="admin")
    old = one(resources, name)
    project = cloud.ids["projects"]["demo"]
    assert resources.ask("glance", "POST", "/images/%s/members" % old["id"], {"member": project}).status == 200
    other = tmp_path / "other"
    other.write_bytes(qcow2(1000))
    wanted = {"kind": "image", "name": name, "file": str(other), "min_ram": 128, "on_different": "replace",
              "properties": {"change": "2", "drop": None}}
    predicted = resources(wanted, check=True)
    outcome = resources(wanted)
    assert actions(outcome) == ["recreated"] and outcome.warnings == predicted.warnings
    assert len(outcome.warnings) == 1 and project in outcome.warnings[0] and "share it again" in outcome.warnings[0]
    made = one(resources, name)
    assert made["id"] != old["id"] and made["os_hash_value"] == digest(other, "sha512").split(":")[1]
    assert (made["visibility"], made["protected"], made["min_disk"], made["min_ram"], made["tags"]) \
        == ("shared", True, 3, 128, ["gold"])
    assert (made["os_distro"], made["change"]) == ("ubuntu", "2")
    assert "drop" not in made and "owner_specified.openstack.md5" not in made
    assert_same(resources(wanted))
    # Without members there is nothing to say; what the item says of protection counts.
    outcome = resources(dict(wanted, file=str(content), protected=False))
    assert actions(outcome) == ["recreated"] and outcome.warnings == []
    made = one(resources, name)
    assert (made["protected"], made["min_disk"], made["os_distro"]) == (False, 3, "ubuntu")


@pytest.mark.parametrize("name", ("ubuntu:22.04", "in:a,b", "eq:x", "2020-01-01T00:00:00Z"))
def test_image__name_that_glance_could_take_for_an_operator__is_a_name(resources, content, name):
    item = image_of(resources, content, name=name)
    assert actions(resources(item)) == ["created"]
    assert_same(resources(item))
    assert actions(resources(dict(item, state="absent"))) == ["removed"]
    assert_same(resources(dict(item, state="absent")))


def test_image__in_another_format__is_a_difference_that_stays(resources, content):
    item = image_of(resources, content)
    resources(item)
    outcome = resources(dict(item, container_format="ovf"))
    assert outcome.failed and outcome["option"] == "resources[0].container_format"
    assert actions(resources(dict(item, container_format="ovf", on_different="replace"))) == ["recreated"]
    assert one(resources, item["name"])["container_format"] == "ovf"


@pytest.mark.parametrize("check", (True, False))
def test_image__in_another_format_without_its_file__is_told_before_anything_is_done(resources, content, check):
    """Of the content is known that it is the same, so that only the new image needs the file."""
    item = image_of(resources, content, checksum=digest(content))
    old = resources(item)["resources"][0]["id"]
    role = {"kind": "role", "name": resources.fresh("role")}
    other = dict(item, container_format="ovf", on_different="replace")
    content.write_bytes(qcow2(1000))
    outcome = resources(role, other, check=check)
    assert outcome.failed and outcome["option"] == "resources[1].file" and "damaged or another" in outcome.msg
    assert all_writes(outcome) == []
    content.unlink()
    outcome = resources(role, other, check=check)
    if check:  # as with every file that a task before may fetch
        assert actions(outcome) == ["created", "recreated"] and "check mode goes on" in outcome.warnings[0]
    else:
        assert outcome.failed and outcome["option"] == "resources[1].file" and str(content) in outcome.msg
    assert all_writes(outcome) == [] and one(resources, item["name"])["id"] == old


def test_image__left_without_content__gets_it(resources, content):
    item = image_of(resources, content)
    body = {"name": item["name"], "visibility": "private", "disk_format": "raw", "container_format": "bare"}
    queued = resources.ask("glance", "POST", "/images", body).body["id"]
    assert actions(resources(item, check=True)) == ["created"]
    outcome = resources(item)
    assert actions(outcome) == ["created"]
    made = one(resources, item["name"])
    assert (made["id"], made["status"], made["disk_format"], made["visibility"], made["os_distro"]) \
        == (queued, "active", "qcow2", "public", "ubuntu")
    assert_same(resources(item))


def test_image__of_which_there_are_two__is_an_error(resources, content):
    item = image_of(resources, content)
    resources(item)
    body = {"name": item["name"], "disk_format": "raw", "container_format": "bare"}
    resources.ask("glance", "POST", "/images", body)
    outcome = resources(item)
    assert outcome.failed and len(outcome["ids"]) == 2


def test_image__of_the_same_name_that_is_private_to_others__does_not_count(resources, content):
    item = image_of(resources, content, name="private-of-other")
    outcome = resources(item)
    assert actions(outcome) == ["created"]
    assert len(stored(resources, "private-of-other")) == 2
    assert_same(resources(item))
    assert actions(resources(dict(item, state="absent"))) == ["removed"]
    assert len(stored(resources, "private-of-other")) == 1


def cut():
    raise ConnectionResetError("as the test wants it")


def run_relayed(resources, relay, item):
    """The program speaks to Glance through RELAY."""
    entry = dict(resources.cloud.clouds()["clouds"]["admin"], image_endpoint_override=relay.url("glance"))
    return resources(item, user=None, cloud=entry)


def test_image__upload_that_glance_refuses__is_taken_back(resources, content):
    item = image_of(resources, content)
    with OpenStackRelay(resources.cloud) as relay:
        relay.refuse("glance", "PUT", 503)
        outcome = run_relayed(resources, relay, item)
    assert outcome.failed and "the upload of %s failed" % content in outcome.msg and "503" in outcome.msg
    assert "was removed" in outcome.msg and not outcome.changed
    assert stored(resources, item["name"]) == []
    assert actions(resources(item)) == ["created"]


def test_image__upload_whose_answer_is_lost__is_taken_back(resources, content):
    item = image_of(resources, content)
    with OpenStackRelay(resources.cloud) as relay:
        relay.before("glance", "PUT", cut)
        outcome = run_relayed(resources, relay, item)
    assert outcome.failed and "was removed" in outcome.msg
    assert stored(resources, item["name"]) == []


def test_image__that_its_maker_fills_meanwhile__is_left_to_them(resources, cloud, content):
    item = image_of(resources, content)
    body = {"name": item["name"], "visibility": "private", "disk_format": "qcow2", "container_format": "bare"}
    queued = resources.ask("glance", "POST", "/images", body).body["id"]
    theirs = qcow2(2000)

    def fill():
        answer = cloud.request("glance", "PUT", "/v2/images/%s/file" % queued, theirs, resources.login("admin"),
                               {"Content-Type": "application/octet-stream"})
        assert answer.status == 204, answer

    with OpenStackRelay(resources.cloud) as relay:
        relay.before("glance", "PUT", fill)
        outcome = run_relayed(resources, relay, item)
    assert outcome.failed and "somebody is uploading the content of the image " + queued in outcome.msg
    made = one(resources, item["name"])
    assert (made["id"], made["status"], made["size"]) == (queued, "active", len(theirs))


def test_image__much_larger_than_memory__is_not_held_in_it(resources, tmp_path):
    path = tmp_path / "large"
    with open(path, "wb") as out:
        out.truncate(96 * 1024 * 1024)
    item = image_of(resources, path, disk_format="raw")
    outcome, _, peak = resources.module.measured(cloud="admin", resources=[item])
    assert actions(outcome) == ["created"]
    assert peak < 80 * 1024 * 1024  # a sanitizer build needs some tens of MiB for itself
    assert actions(resources(dict(item, state="absent"))) == ["removed"]


def test_image__of_the_client__is_unchanged_and_the_reverse(resources, cloud, content):
    name = resources.fresh("image")
    cloud.openstack("image", "create", name, "--file", content, "--disk-format", "qcow2", "--public",
                    "--property", "os_distro=ubuntu", cloud="admin")
    assert_same(resources({"kind": "image", "name": name, "file": str(content), "checksum": digest(content, "sha512"),
                           "disk_format": "qcow2", "container_format": "bare", "visibility": "public",
                           "properties": {"os_distro": "ubuntu"}}))
    assert_same(resources({"kind": "image", "name": name, "file": str(content), "checksum": digest(content)}))
    item = image_of(resources, content)
    resources(item)
    seen = json.loads(cloud.openstack("image", "show", item["name"], "-f", "json", cloud="admin"))
    assert seen["status"] == "active" and seen["properties"]["os_distro"] == "ubuntu"


@pytest.mark.parametrize("properties, text", (({"status": "active"}, "no property"), ({"name": "x"}, "give the key"),
                                              ({"x": []}, "resources[0].properties.x")))
def test_image__properties_that_are_none__are_refused(resources, content, properties, text):
    outcome = resources(image_of(resources, content, properties=properties))
    assert outcome.failed and text in outcome.msg and outcome.requests == []


def test_image__in_a_format_that_glance_does_not_find__is_refused_in_its_words(resources, tmp_path):
    path = tmp_path / "raw"
    path.write_bytes(os.urandom(5000))
    item = image_of(resources, path)
    outcome = resources(item)
    assert outcome.failed and "does not match" in outcome.msg and "was removed" in outcome.msg
    assert stored(resources, item["name"]) == []
