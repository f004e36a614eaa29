"""A client that others wrote, against our server; and a server that is killed under it."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusUploadFailed
from tusclient.uploader import Uploader

from novacast.folder import DataFolder
from novacast.vods.uploads.routes import CONTENT_TYPE, PATH
from tests.vods.conftest import House, prepare
from tests.waiting import until

ROOT = Path(__file__).parents[3]
SIZE = 6_000_000
AS_PRODUCER = {"Authorization": "Bearer producer"}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(random.Random(5).randbytes(SIZE))
    return path


def uploader(address: str, film: Path, **more: Any) -> Uploader:
    """tuspy leaves files that it opened itself to the garbage collector: it gets a stream."""
    return TusClient(address + PATH, headers=AS_PRODUCER).uploader(file_stream=BytesIO(film.read_bytes()), **more)


@pytest.mark.parametrize("checksum", [False, True])
async def test_tuspy_uploads_resumes_and_finishes(house: House, address: str, film: Path, checksum: bool) -> None:
    more = {"chunk_size": 700_000, "metadata": {"filename": "film.mp4"}, "upload_checksum": checksum}
    first = uploader(address, film, **more)
    await asyncio.to_thread(first.upload, stop_at=2_100_000)
    second = await asyncio.to_thread(lambda: uploader(address, film, url=first.url, **more))
    assert second.offset == 2_100_000
    await asyncio.to_thread(second.upload)
    upload_id = first.url.rsplit("/", 1)[1]
    assert house.folders.arrival(upload_id).read_bytes() == film.read_bytes()
    assert len(await house.facts("video.created")) == 1


async def test_tuspy_is_told_of_a_refusal(address: str, film: Path) -> None:
    mine = uploader(address, film, chunk_size=700_000)
    await asyncio.to_thread(mine.upload, stop_at=700_000)
    mine.offset = 5
    with pytest.raises(TusUploadFailed) as caught:
        await asyncio.to_thread(mine.upload_chunk)
    assert caught.value.status_code == 409


@contextmanager
def server(data: DataFolder) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "tests.vods.serving", str(data.root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, "the server did not start"
            yield process, address
        finally:
            process.kill()


@pytest.mark.slow
async def test_an_upload_goes_on_where_it_stopped_after_the_server_was_killed(folder: DataFolder, film: Path) -> None:
    prepare(folder)
    with server(folder) as (process, address):
        mine = uploader(address, film, chunk_size=1_000_000, metadata={"filename": "film.mp4"})
        await asyncio.to_thread(mine.upload, stop_at=1_000_000)
        path = mine.url.removeprefix(address)
        file = folder.uploads / path.rsplit("/", 1)[1]
        connection = half_a_request(address, path, film.read_bytes()[1_000_000:4_000_000])
        await until(lambda: file.stat().st_size > 1_000_000)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        connection.close()
    on_disk = file.stat().st_size
    assert on_disk > 1_000_000
    assert film.read_bytes().startswith(file.read_bytes())

    with server(folder) as (_process, address):
        resumed = await asyncio.to_thread(lambda: uploader(address, film, url=address + path))
        assert resumed.offset == on_disk
        await asyncio.to_thread(resumed.upload)
        assert file.read_bytes() == film.read_bytes()
        again = await asyncio.to_thread(lambda: uploader(address, film, url=address + path))
        assert again.offset == SIZE


def half_a_request(address: str, path: str, data: bytes) -> HTTPConnection:
    """A PATCH that announces the rest of the file, sends `data` and then nothing."""
    connection = HTTPConnection(address.removeprefix("http://"))
    connection.putrequest("PATCH", path)
    headers = {
        **AS_PRODUCER,
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "1000000",
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(SIZE - 1_000_000),
    }
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(data)
    return connection
