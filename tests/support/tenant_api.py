"""An API server in a tenant's network: one of this machine, reached only from inside a network namespace.

    with TenantApi("qdhcp-" + network, "10.0.0.5", 6443, server.port):

What connects to the address in the namespace is led to the port on this machine's loopback through a socket in a file,
the one thing that network namespaces share.
"""
import asyncio
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

# In the namespace: TCP to the socket in the file. Outside: from there to TCP.
BRIDGE = """
import asyncio, sys

async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()

async def both(open_other, reader, writer):
    try:
        there_reader, there_writer = await open_other()
        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer))
        there_writer.close()
    except (OSError, asyncio.CancelledError):  # of Python 3.11, the stream's own callback fails on a cancelled task
        pass
    writer.close()
"""
INSIDE = BRIDGE + """
async def main(address, port, path):
    await asyncio.start_server(lambda r, w: both(lambda: asyncio.open_unix_connection(path), r, w), address, int(port))
    print("ready", flush=True)
    await asyncio.sleep(1e6)

asyncio.run(main(*sys.argv[1:4]))
"""


class TenantApi:
    def __init__(self, namespace: str, address: str, port: int, target: int):
        self._namespace, self._address, self._port, self._target = namespace, address, port, target
        self._folder = tempfile.TemporaryDirectory(prefix="tenant-api-")
        self._path = str(Path(self._folder.name) / "socket")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._inside = None

    def __enter__(self):
        scope = {}
        exec(BRIDGE, scope)  # the same code on both sides
        self._thread.start()

        async def serve():
            await asyncio.start_unix_server(lambda r, w: scope["both"](
                lambda: asyncio.open_connection("127.0.0.1", self._target), r, w), self._path)

        asyncio.run_coroutine_threadsafe(serve(), self._loop).result()
        subprocess.run(["ip", "-n", self._namespace, "address", "replace", self._address + "/32", "dev", "lo"], check=True)
        self._inside = subprocess.Popen(["ip", "netns", "exec", self._namespace, sys.executable, "-c", INSIDE, self._address,
                                         str(self._port), self._path], stdout=subprocess.PIPE)
        assert self._inside.stdout.readline() == b"ready\n"
        return self

    def __exit__(self, *_):
        if self._inside:
            self._inside.kill()
            self._inside.wait()
            self._inside.stdout.close()
        asyncio.run_coroutine_threadsafe(self._end_connections(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._folder.cleanup()

    async def _end_connections(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
