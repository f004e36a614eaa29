"""The import contracts: kept by the tree as it is, and able to refuse."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT

CONTRACTS = ROOT / ".importlinter"


def lint(folder: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(cache_dir=None))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def pretend(folder: Path, *, module: str, source: str) -> None:
    """A tree of empty modules with the names of ours, and `source` as the one thing in `module`."""
    parser = configparser.ConfigParser()
    parser.read(CONTRACTS)
    (folder / ".importlinter").write_text(CONTRACTS.read_text())
    layers = parser["importlinter:contract:layers"]["layers"]
    for name in layers.replace("|", " ").replace(":", " ").replace("(", " ").replace(")", " ").split():
        (folder / "novacast" / name).mkdir(parents=True)
        (folder / "novacast" / name / "__init__.py").touch()
    (folder / "novacast" / "__init__.py").touch()
    (folder / "novacast_admin").mkdir()
    (folder / "novacast_admin" / "__init__.py").touch()
    (folder / "novacast" / f"{module}.py").write_text(source)


def test_the_tree_keeps_its_import_contracts() -> None:
    done = lint(ROOT, ROOT, ROOT / "admin")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contracts_pass_what_is_allowed(tmp_path: Path) -> None:
    pretend(tmp_path, module="vods/routes", source="import novacast.web, novacast.database, novacast.errors\n")
    done = lint(tmp_path, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_slice_that_imports_another_is_refused(tmp_path: Path) -> None:
    pretend(tmp_path, module="vods/service", source="import novacast.accounts\n")
    done = lint(tmp_path, tmp_path)
    assert done.returncode == 1
    assert "novacast.vods.service -> novacast.accounts" in done.stdout


def test_a_lower_layer_that_imports_a_higher_one_is_refused(tmp_path: Path) -> None:
    pretend(tmp_path, module="database/writer", source="import novacast.outbox\n")
    assert lint(tmp_path, tmp_path).returncode == 1


def test_a_server_that_knows_its_command_line_is_refused(tmp_path: Path) -> None:
    pretend(tmp_path, module="settings/load", source="import typer\n")
    assert lint(tmp_path, tmp_path).returncode == 1


def test_a_module_without_a_place_in_the_layers_is_refused(tmp_path: Path) -> None:
    pretend(tmp_path, module="gadgets", source="")
    done = lint(tmp_path, tmp_path)
    assert done.returncode == 1
    assert "gadgets" in done.stdout
