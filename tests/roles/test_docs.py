"""What documentation tells people to type and to set exists: playbooks, tags, variables, options, commands, files, links, messages.
Nothing is run here; what the commands do is tested where it is at home."""
import json
import re
import subprocess
import sys

import pages
import pytest
import yaml

sys.path.insert(0, str(pages.ROOT / "tests/run"))
import suites  # noqa: E402

OURS, THEIRS = "osa_ops.mcapi_vexxhost.", "openstack.osa."
# Playbooks of OpenStack-Ansible that are not replaced.
UPSTREAM = {"containers_lxc_create"}
# Programs in examples that are neither ours nor shown in full here.
PROGRAMS = {"ansible", "ansible-galaxy", "ansible-doc", "openstack", "kubectl", "clusterctl", "tar", "openssl", "sha256sum", "echo", "eval", "cmake",
            "ctest", "build/dev/bin/k8s_apply", "build_support/sources.py", "lxc/build-rootfs", "python3", "export", "curl", "install", "groupadd", "mkdir",
            "systemctl", "cd", "kubeadm"}
PLACES = re.compile(r"(?:tests|roles|collection|docs|modules|module_utils|daemon|playbooks|build_support|third_party|cmake)/[\w./*-]+")
VARIABLE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
# Words with an underscore that are not variables or options of ours.
OTHERS = {"os_distro", "os_magnum", "neutron_metadata_agent", "neutron_ovn_controller", "neutron_agent_hosts", "compute_hosts", "network_hosts",
          "magnum_all", "repo_all", "user_secrets", "user_variables", "module_defaults"}
PARAMETRISED = pytest.mark.parametrize("page", pages.GUIDES, ids=pages.name_of)


def dev_commands() -> set:
    told = subprocess.run([pages.ROOT / "dev"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return set(re.findall(r"^\./dev (\w+)", told, re.MULTILINE))


def of_program(page, *programs):
    return [words for words in pages.commands(page) if words and words[0] in programs]


def playbook_of(name: str) -> str:
    """The text of a playbook that is named in full."""
    collection, _, stem = name.rpartition(".")
    if collection + "." == THEIRS and stem not in UPSTREAM:
        assert (pages.ROOT / "collection/overlay/playbooks" / (stem + ".yml")).is_file(), name
    elif collection + "." == THEIRS:
        return ""
    assert collection + "." in (OURS, THEIRS) and stem in pages.PLAYBOOKS, name
    text = pages.PLAYBOOKS[stem]
    further = re.findall(r"import_playbook: (\w+)\.yml", text)
    return text + "".join(pages.PLAYBOOKS[other] for other in further)


def after(words, *flags):
    return [words[i + 1] for i, word in enumerate(words[:-1]) if word in flags]


def set_by(word: str) -> list:
    """Names in what follows -e."""
    return list(json.loads(word)) if word.startswith("{") else [word.partition("=")[0]]


@PARAMETRISED
def test_docs__command_of_openstack_ansible__names_playbook_tags_and_variables_that_exist(page):
    for words in of_program(page, "openstack-ansible", "ansible-playbook"):
        text = playbook_of(words[1])
        for tag in ",".join(after(words, "--tags", "--skip-tags")).split(","):
            assert not tag or re.search(r"\b%s\b" % re.escape(tag), text), (words, tag)
        for variable in after(words, "-e"):
            assert set(set_by(variable)) <= pages.known_names(), (words, variable)


def test_docs__variables_of_plays__are_in_a_guide():
    """What belongs to a role is in its README. The inventory and OpenStack-Ansible itself have these."""
    theirs = {"is_metal", "deployment_extra_facts_filter", "deployment_extra_facts_subset"}
    read = set(re.findall(r"\b([a-z]\w*_\w+) \| default\(", "".join(pages.PLAYBOOKS.values()))) - theirs
    guides = "".join(pages.text_of(page) for page in pages.GUIDES)
    assert read and not [name for name in sorted(read) if "`%s`" % name not in guides]


@PARAMETRISED
def test_docs__command_of_dev__exists(page):
    for words in of_program(page, "./dev"):
        assert len(words) == 1 or words[1] in dev_commands(), words
        known = {"test": set(suites.SUITES), "lint": {path.stem for path in (pages.ROOT / "tests/lint").glob("*.py")}}.get("".join(words[1:2]))
        for word in words[2:]:
            assert known is None or word in known or word.startswith("-"), words


@PARAMETRISED
def test_docs__other_command__is_of_a_known_program(page):
    for words in pages.commands(page):
        program = words[0]
        if "/" in program and (pages.ROOT / program).is_file():
            continue
        known = PROGRAMS | {"openstack-ansible", "./dev", "magnum-cluster-api-proxy", *pages.MODULES}
        assert program in known or re.match(r"(tests|build)/", program), (pages.name_of(page), words)


@PARAMETRISED
def test_docs__call_of_a_module__has_options_that_exist(page):
    for words in of_program(page, "ansible"):
        module, arguments = after(words, "-m")[0], " ".join(after(words, "-a"))
        if module.startswith(OURS):
            for pair in arguments.split():
                assert pair.partition("=")[0] in pages.options_of(module[len(OURS):]), words
        else:
            assert module.startswith("ansible.builtin."), words


@PARAMETRISED
def test_docs__file_of_options__has_options_and_choices_that_exist(page):
    whole = "\n".join(block for _, block in pages.blocks(page))
    for text, module in re.findall(r"echo '(\{.*?\})' >\s*\S+ && (\w+) ", whole):
        told = json.loads(text)
        known = pages.options_of(module)
        for name, value in told.items():
            assert name in known and value in (known[name].get("choices") or [value]), (module, name, value)


def check_tasks(value, where):
    """Options of our modules, wherever a task stands."""
    if isinstance(value, list):
        for item in value:
            check_tasks(item, where)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key.startswith(OURS) and isinstance(inner, dict):
                for option in inner:
                    assert option in pages.options_of(key[len(OURS):]), (where, key, option)
            check_tasks(inner, where)


@PARAMETRISED
def test_docs__yaml__can_be_read_and_sets_what_exists(page):
    for language, block in pages.blocks(page):
        if language != "yaml":
            continue
        value = yaml.safe_load(block)
        check_tasks(value, pages.name_of(page))
        for name in value if isinstance(value, dict) else []:
            assert name in pages.known_names() | OTHERS, (pages.name_of(page), name)


@PARAMETRISED
def test_docs__name_in_prose__is_one_of_ours(page):
    """Of what looks like a variable of a role: its prefix is that of one."""
    prefixes = {path.name.partition("_")[0] for path in (pages.ROOT / "roles").iterdir()} - {"cluster"} | {"kubelet", "kubernetes", "lxc", "mcapi"}
    if page.name.startswith("from-") or page.parent.parent == pages.ROOT / "tests":
        return  # names of others: tests/lint/compat.py
    for span in pages.spans(page):
        name = re.split(r"[:=\s]", span)[0]
        if VARIABLE.fullmatch(name) and (name.partition("_")[0] in prefixes or name.startswith("cluster_api_")) and name not in OTHERS:
            known = name in pages.known_names() or (pages.ROOT / "roles" / name).is_dir() or name in pages.PLAYBOOKS
            assert known, (pages.name_of(page), name)


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name_of)
def test_docs__link__leads_somewhere(page):
    for target, anchor in pages.links(page):
        assert target.exists(), (pages.name_of(page), target)
        assert not anchor or anchor in pages.anchors(target), (pages.name_of(page), anchor)


@PARAMETRISED
def test_docs__file_of_the_repository__is_there(page):
    for span in pages.spans(page):
        if PLACES.fullmatch(span.rstrip("/")) and not re.search(r"NAME|<", span):
            found = list(pages.ROOT.glob(span.rstrip("/"))) + list((pages.ROOT / "module_utils").glob(span.rstrip("/")))
            assert found, (pages.name_of(page), span)


def test_docs__message_of_a_symptom__is_in_the_sources():
    known, seen = pages.sources(), 0
    for line in pages.text_of(pages.ROOT / "collection/docs/troubleshooting.md").splitlines():
        for quoted in pages.SPAN.findall(line.partition(" | ")[0]) if line.startswith("| ") else []:
            if " " in quoted:
                assert quoted in known, quoted
                seen += 1
    assert seen > 50
