import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from novacast.live.rtmp.limits import Limits
from novacast.live.rtmp.server import Listening, RtmpServer
from novacast.metrics import Metrics
from tests.fakes.gate import FakeGate
from tests.fakes.rtmp_encoder import ChunkWriter, Encoder


@dataclass
class Studio:
    """A server with a gate behind it."""

    server: RtmpServer
    gate: FakeGate
    metrics: Metrics
    encoders: list[Encoder] = field(default_factory=list)

    @property
    def port(self) -> int:
        assert self.server.port is not None
        return self.server.port

    async def encoder(self, chunks: ChunkWriter | None = None, host: str = "127.0.0.1") -> Encoder:
        self.encoders.append(await Encoder.call(self.port, host, chunks=chunks))
        return self.encoders[-1]

    async def close(self) -> None:
        for encoder in self.encoders:
            await encoder.hang_up()
        await self.server.close()

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.value(f"novacast_rtmp_{name}", **labels)


Open = Callable[..., Awaitable[Studio]]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """`await opened(limits, host=...)`: a studio of its own, closed at the end."""
    async with AsyncExitStack() as stack:

        async def open_one(
            limits: Limits | None = None,
            *,
            host: str = "127.0.0.1",
            context: ssl.SSLContext | None = None,
            most: int = 200,
            each: int = 20,
        ) -> Studio:
            gate, metrics = FakeGate(), Metrics()
            listening = Listening(host, 0, 0, most, each)
            server = RtmpServer(gate, metrics, listening, limits, context)
            await server.start()
            opened = Studio(server, gate, metrics)
            stack.push_async_callback(opened.close)
            return opened

        yield open_one


@pytest.fixture
async def studio(opened: Open) -> Studio:
    return await opened()


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Of a server with a certificate of its own."""
    folder = tmp_path_factory.mktemp("tls")
    chain, key = folder / "chain.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    options = ["-days", "2", "-subj", "/CN=here", "-keyout", str(key), "-out", str(chain)]
    subprocess.run([*command, *options], check=True, stderr=subprocess.DEVNULL)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(chain, key)
    return made
