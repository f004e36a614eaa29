"""The stand-in for Stripe in a process of its own, for tests.bench. Prints one line of JSON: `port`."""

import asyncio
import json
import sys
import time

from novacast_admin.stripe_stand_in.server import standing_in


async def main() -> None:
    async with standing_in(time.time) as standin:
        print(json.dumps({"port": int(standin.url.rpartition(":")[2])}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
