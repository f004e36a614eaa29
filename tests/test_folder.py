import os
import subprocess
import sys
from pathlib import Path

import pytest

from novacast.errors import AlreadyRunning, BadSettings
from novacast.folder import DataFolder


def test_rooms_are_for_their_owner_alone(folder: DataFolder) -> None:
    rooms = [folder.root, *(path for path in folder.root.iterdir() if path.is_dir())]
    assert len(rooms) >= 8
    assert all(room.stat().st_mode & 0o077 == 0 for room in rooms)


def test_a_second_holder_is_refused_and_told_who_holds(folder: DataFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from novacast.folder import DataFolder\n"
        "with DataFolder.at(Path(sys.argv[1])).lock(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder.root)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=str(child.pid)), folder.lock():
            pass
        child.kill()
    with folder.lock():
        pass


def test_the_lock_opens_again_after_use(folder: DataFolder) -> None:
    with folder.lock():
        pass
    with folder.lock():
        assert (folder.root / "server.lock").read_text() == f"{os.getpid()}\n"


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("I am a file")
    with pytest.raises(BadSettings, match=r"data.*can't be used"):
        DataFolder.at(tmp_path / "data").prepare()
