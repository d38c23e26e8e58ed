#!/usr/bin/python3
"""Stands in for the module: notes that it was run and returns the options it got. WANT_JSON makes Ansible pass the
path of a JSON file, as it does to a binary module."""
import json
import os
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    args = json.load(file)
options = {k: v for k, v in args.items() if not k.startswith("_ansible_")}
contents = {}
for path in str(options.get("kubeconfig", "")).split(os.pathsep):
    if os.path.isfile(path):
        with open(path, encoding="utf-8") as file:
            contents[path] = file.read()
print(json.dumps({"changed": True, "options": options, "contents": contents,
                  "check_mode": args["_ansible_check_mode"]}))
