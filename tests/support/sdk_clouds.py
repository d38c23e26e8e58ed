"""What openstacksdk makes of files, variables and arguments: the counterpart of clouds_probe.c.

Reads the same lines from standard input; each is answered by a process of its own, because the SDK looks at folders
while its loader is imported. Runs in the environment that has openstacksdk.
"""
import json
import os
import sys
import warnings

# All that the loader imports, once.
from openstack.config import cloud_region, defaults, types, vendors  # noqa: F401
from keystoneauth1 import loading

for name in ("password", "token", "v3password", "v3token", "v3applicationcredential"):
    loading.get_plugin_loader(name)
for module in ("openstack.config.loader", "openstack.config"):
    sys.modules.pop(module, None)

ARGUMENTS = ("auth", "auth_type", "region_name", "interface", "verify", "cacert", "cert", "key", "api_timeout")


def answer(question):
    from openstack.config import loader
    try:
        config = loader.OpenStackConfig()
        options = {name: question.get(name) for name in ARGUMENTS}
        cloud = question.get("cloud")
        region = config.get_one(cloud=cloud, **options)
    except Exception as error:  # whatever it is: the task would fail with it
        return {"error": "%s: %s" % (type(error).__name__, error)}
    return {"name": region.name, "config": {key: value for key, value in region.config.items() if key != "networks"}}


def main():
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        question = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.chdir(question.get("cwd", "."))
            for name, value in question.get("env", {}).items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            os.write(write, json.dumps(answer(question), default=str).encode() + b"\n")
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            print(pipe.read().strip(), flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
