"""What the playbooks of backups tell somebody who runs them without -v."""
import json

from plays import include, words

ARCHIVE = {"path": "/backups/a.tar.gz", "size": 1}


def run(roles, part, **answer):
    roles.module("capi_backup", json.dumps({"changed": True, "archive": ARCHIVE, **answer}))
    for name in ("backups", "config"):
        (roles.root / name).mkdir()
    done = roles.play([include("capi_backup", part)], "--check", variables={
        "cluster_api_backups_path": str(roles.root / "backups"), "capi_backup_kubeconfig": str(roles.root / "config")})
    assert done.returncode == 0, done.stdout
    return words(done)


def test_backup__of_clusters_that_are_not_ready__tells_the_path_and_who_is_not_and_why(roles):
    clusters = [{"name": "good", "ready": True, "reasons": []}, {"name": "bad", "ready": False, "reasons": ["it is being made"]}]
    told = run(roles, "export.yml", clusters=clusters, counts={"objects": 3})
    assert '"archive": "/backups/a.tar.gz on one"' in told and '"objects": 3' in told
    assert '"it is being made"' in told and '"good"' not in told


def test_restore__of_a_part__tells_what_was_left_out_and_who_is_paused(roles):
    told = run(roles, "restore.yml", counts={"created": 7}, left_paused=[{"name": "mine", "reason": "was paused"}],
               left_out=[{"name": "lost", "reason": "no-tenant"}])
    assert '"created": 7' in told and '"was paused"' in told and '"no-tenant"' in told and "/backups/a.tar.gz on one" in told
