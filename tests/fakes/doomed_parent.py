"""Starts a child through the kit, says its pid, and waits to be killed by -9."""

import asyncio
import sys

from novacast.media.process import STDOUT, Child, Command


async def main() -> None:
    script, what = sys.argv[1:]
    up = asyncio.Event()
    command = Command("child", (sys.executable, script, what), outputs={STDOUT: lambda _: up.set()})
    async with await Child.start(command) as child:
        await up.wait()
        print(child.pid, flush=True)
        await child.wait()


asyncio.run(main())
