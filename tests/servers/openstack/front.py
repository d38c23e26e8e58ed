#!/usr/bin/env python3
"""front.py FILE: ends TLS in front of plain servers on loopback.

FILE holds a list in JSON: {"port": …, "target": port behind it, "cert": file, "key": file, "client_ca": file or null}.
It passes bytes on and touches no header, so that the servers behind believe in plain HTTP, as they do behind a load
balancer that was not told better.
"""
import asyncio
import json
import ssl
import sys
from pathlib import Path

BLOCK = 65536


async def pump(reader, writer):
    try:
        while data := await reader.read(BLOCK):
            writer.write(data)
            await writer.drain()
    except (OSError, ssl.SSLError):
        pass
    finally:
        writer.close()


def relay_to(port):
    async def relay(reader, writer):
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        back = asyncio.ensure_future(pump(inner_reader, writer))
        # The client's end is no reason to end the other half: TLS has none, and the answer is still to come.
        try:
            while data := await reader.read(BLOCK):
                inner_writer.write(data)
                await inner_writer.drain()
        except (OSError, ssl.SSLError):
            pass
        await back
        inner_writer.close()

    return relay


def context_of(entry):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(entry["cert"], entry["key"])
    if entry.get("client_ca"):
        context.load_verify_locations(entry["client_ca"])
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def main(path):
    entries = json.loads(Path(path).read_text(encoding="utf-8"))
    for entry in entries:
        await asyncio.start_server(relay_to(entry["target"]), "127.0.0.1", entry["port"], ssl=context_of(entry))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
