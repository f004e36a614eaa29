"""How long `novacast --help` takes beside a bare Typer program with as many nouns. `python tests/bench/cli_start.py`

Both run as a user runs them: a fresh process each, in turn, the medians compared. Prints a Markdown table.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 15

BARE = """
import typer

app = typer.Typer()
for noun in {nouns}:
    sub = typer.Typer(help=f"About {{noun}}.")

    @sub.command()
    def add(name: str) -> None:
        "Add one."

    @sub.command("list")
    def list_() -> None:
        "List them."

    app.add_typer(sub, name=noun)
app()
"""
OURS = "from novacast_admin.cli.main import run; run()"


def seconds(program: str) -> float:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "admin")))}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, "--help"], check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "admin")]
    from novacast_admin.cli.main import NovaCast

    bare = BARE.format(nouns=[noun.name for noun in NovaCast.nouns])
    programs = {"a bare Typer program": bare, "novacast": OURS}
    for program in programs.values():
        seconds(program)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            times[name].append(seconds(program))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    print("| program | `--help`, median | fastest |\n|---|---|---|")
    for name, taken in times.items():
        print(f"| {name} | {medians[name] * 1000:.0f} ms | {min(taken) * 1000:.0f} ms |")
    ratio = medians["novacast"] / medians["a bare Typer program"]
    print(f"\nRatio of the medians: {ratio:.2f}, at most 1.3 wanted.")
    print(f"{ROUNDS} rounds in turn, {len(NovaCast.nouns)} nouns, Python {sys.version.split()[0]}.")


if __name__ == "__main__":
    main()
