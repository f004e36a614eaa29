"""`novacast tls local`, renewal and status, by a clock that the test moves."""

import dataclasses
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from novacast.clock import DAY, HOUR
from novacast.errors import AlreadyRunning, BadSettings, InvalidInput
from novacast.folder import DataFolder
from novacast.operations.tls import Https, Obtained
from novacast.operations.tls_renewal import Renewal
from novacast.operations.tls_status import status
from novacast.security.tls import Certificate
from novacast.settings import Server, Settings, Tls, load
from tests.fakes.clock import FakeClock

HERE = ["box.local", "localhost", "192.168.1.20", "127.0.0.1", "::1"]


class Machine:
    """One venue whose addresses can change."""

    def __init__(self, folder: DataFolder, clock: FakeClock) -> None:
        self.folder, self.clock, self.here = folder, clock, list(HERE)
        self.settings = Settings(data=folder.root, instance="Kino Nova")

    def tls(self) -> Https:
        return Https(self.settings, self.folder, self.clock, lambda: self.here)

    def use(self) -> None:
        """As the two lines in the settings file would."""
        self.settings = dataclasses.replace(self.settings, tls=Tls(**self.tls().lines()))

    def warnings(self) -> str:
        return " ".join(status(self.settings, self.tls(), self.clock).warnings)


@pytest.fixture
def machine(folder: DataFolder, clock: FakeClock) -> Machine:
    return Machine(folder, clock)


def test_the_first_run_makes_authority_and_certificate_for_all_that_the_machine_is_called(machine: Machine) -> None:
    obtained = machine.tls().local(["Cinema.LAN", "192.168.7.7"])
    assert obtained.fresh
    assert obtained.new_authority
    assert obtained.authority is not None
    assert "Kino Nova" in obtained.authority.subject
    assert obtained.certificate.names == ("cinema.lan", "box.local", "localhost", "192.168.7.7", *HERE[2:])


def test_running_it_again_changes_nothing(machine: Machine) -> None:
    first = machine.tls().local(["cinema.lan"])
    files = {path: path.read_bytes() for path in machine.tls().files.root.iterdir()}
    again = machine.tls().local()
    assert not again.fresh
    assert not again.new_authority
    assert again.certificate == first.certificate
    assert {path: path.read_bytes() for path in machine.tls().files.root.iterdir()} == files


async def test_it_is_renewed_when_less_than_thirty_days_are_left_and_not_before(machine: Machine) -> None:
    first = machine.tls().local(["cinema.lan"])
    machine.use()
    machine.clock.set_now(first.certificate.not_after - 30 * DAY)
    assert await machine.tls().renew() is None
    machine.clock.advance(1)
    renewed = await machine.tls().renew()
    assert renewed is not None
    assert renewed.names == first.certificate.names
    assert renewed.not_after > first.certificate.not_after + 300 * DAY
    assert machine.tls().authority.certificate() == first.authority


async def test_a_new_address_of_the_machine_is_a_reason_to_renew(machine: Machine) -> None:
    machine.tls().local()
    machine.here[2] = "192.168.1.99"
    renewed = await machine.tls().renew()
    assert renewed is not None
    assert renewed.covers("192.168.1.99")


async def test_an_address_that_the_authority_may_not_vouch_for_is_left_out(machine: Machine) -> None:
    """A laptop that moved into a network of public addresses keeps its certificate."""
    machine.tls().local()
    machine.here.append("203.0.113.9")
    assert await machine.tls().renew() is None


def test_a_host_out_of_bounds_is_refused_and_what_was_there_stays(machine: Machine) -> None:
    before = machine.tls().local(["cinema.lan"]).certificate
    with pytest.raises(InvalidInput, match="--new-authority"):
        machine.tls().local(["tickets.kino.example"])
    assert machine.tls().local() == Obtained(before, fresh=False, authority=machine.tls().authority.certificate())
    replaced = machine.tls().local(["tickets.kino.example"], new_authority=True)
    assert replaced.new_authority
    assert replaced.certificate.covers("tickets.kino.example")


def test_the_host_of_the_public_address_is_in_it(machine: Machine) -> None:
    machine.settings = dataclasses.replace(machine.settings, server=Server(public_url="https://kino.lan:8443"))
    assert machine.tls().local().certificate.covers("kino.lan")


@pytest.mark.parametrize("name", ["", "a b", "http://x", "*.lan", "\udcff", "x" * 5000])
def test_what_is_no_host_is_refused_before_anything_is_made(machine: Machine, name: str) -> None:
    with pytest.raises(InvalidInput):
        machine.tls().local([name])
    assert not machine.tls().files.root.exists()


def test_an_authority_that_ran_out_is_succeeded(machine: Machine) -> None:
    first = machine.tls().local()
    assert first.authority is not None
    machine.clock.set_now(first.authority.not_after + DAY)
    second = machine.tls().local()
    assert second.new_authority
    assert second.certificate.not_after > machine.clock.now()


def test_a_damaged_certificate_is_made_anew_under_the_same_authority(machine: Machine) -> None:
    first = machine.tls().local()
    machine.tls().files.server.write_bytes(b"half a fi")
    second = machine.tls().local()
    assert second.fresh
    assert second.authority == first.authority


@pytest.mark.parametrize("text", [b"", b"[]", b'{"hosts": [7], "order": null}', b"\xff", b'{"order": {"domains": []}}'])
def test_a_damaged_note_is_named_with_the_way_out(machine: Machine, text: bytes) -> None:
    machine.tls().local()
    machine.tls().files.plan.write_bytes(text)
    with pytest.raises(BadSettings, match=r"plan\.json is damaged\. Delete it"):
        machine.tls().local()


def test_two_at_once_are_refused_or_follow_each_other(machine: Machine) -> None:
    seen: list[Certificate | AlreadyRunning] = []

    def work() -> None:
        try:
            seen.append(machine.tls().local().certificate)
        except AlreadyRunning as error:
            seen.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {item.fingerprint for item in seen if isinstance(item, Certificate)}
    assert len(seen) == 6
    assert len(made) == 1
    assert machine.tls().kept() is not None


def test_killed_at_any_moment_the_next_run_finishes_it(machine: Machine) -> None:
    code = (
        "import sys; from pathlib import Path; from novacast.clock import SystemClock\n"
        "from novacast.folder import DataFolder; from novacast.operations.tls import Https\n"
        "from novacast.settings import Settings\n"
        "folder = DataFolder.at(Path(sys.argv[1])); tls = Https(Settings(data=folder.root), folder, SystemClock())\n"
        "print('go', flush=True)\n"
        "while True: tls.local(new_authority=True)"
    )
    command = [sys.executable, "-c", code, str(machine.folder.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "go\n"
        while not machine.tls().files.server.exists():
            assert child.poll() is None
        child.kill()
    obtained = machine.tls().local()
    assert obtained.certificate == machine.tls().authority.current()


def test_the_settings_file_is_given_the_two_lines_and_keeps_the_rest(machine: Machine, tmp_path: Path) -> None:
    machine.tls().local()
    config = tmp_path / "config.toml"
    config.write_text(
        '# our kino\ninstance = "Kino"  # yes\n\n[tls]\n# none yet\n#key = ""\n\n[log]\nlevel = "debug"\n'
    )
    assert machine.tls().adopt(config)
    assert not machine.tls().adopt(config)
    text = config.read_text()
    assert all(kept in text for kept in ("# our kino", 'instance = "Kino"  # yes', "# none yet", 'level = "debug"'))
    settings = load(config, {}, data=str(machine.folder.root))
    assert Https(settings, machine.folder, machine.clock).in_force()


# -- renewal by the running server


async def test_the_sweep_renews_what_is_due_once(machine: Machine) -> None:
    first = machine.tls().local()
    machine.use()
    sweep = Renewal(machine.tls(), machine.clock)
    assert not await sweep.sweep()
    machine.clock.set_now(first.certificate.not_after - DAY)
    assert await sweep.sweep()
    assert not await sweep.sweep()


async def test_the_sweep_leaves_alone_what_the_settings_do_not_name(machine: Machine) -> None:
    first = machine.tls().local()
    machine.clock.set_now(first.certificate.not_after - DAY)
    assert not await Renewal(machine.tls(), machine.clock).sweep()
    assert machine.tls().kept() == first.certificate


async def test_a_failing_renewal_is_logged_and_rests_before_the_next_try(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    first = machine.tls().local()
    machine.use()
    machine.clock.set_now(first.certificate.not_after - DAY)
    key = machine.tls().files.authority_key
    kept = key.read_bytes()
    key.unlink()
    sweep = Renewal(machine.tls(), machine.clock)
    assert not await sweep.sweep()
    assert "ca.key is missing" in caplog.text
    key.write_bytes(kept)
    assert not await sweep.sweep()
    machine.clock.advance(6 * HOUR / 1_000_000)
    assert await sweep.sweep()


# -- status


def test_plain_http_has_no_warnings_until_there_is_a_certificate_that_nobody_uses(machine: Machine) -> None:
    found = status(machine.settings, machine.tls(), machine.clock)
    assert (found.source, found.certificate, found.warnings) == ("none", None, ())
    machine.tls().local()
    assert "the settings don't name it" in machine.warnings()


def test_status_warns_of_what_is_coming(machine: Machine) -> None:
    made = machine.tls().local()
    machine.use()
    assert status(machine.settings, machine.tls(), machine.clock).source == "local"
    assert machine.warnings() == ""
    machine.clock.set_now(made.certificate.not_after - 5 * DAY)
    assert "runs out in 5 days" in machine.warnings()
    machine.clock.set_now(made.certificate.not_after + 5 * DAY)
    assert "ran out" in machine.warnings()
    machine.clock.set_now(made.certificate.not_before - DAY)
    assert "check this machine's clock" in machine.warnings()


def test_status_warns_of_a_public_address_that_the_certificate_does_not_hold(machine: Machine) -> None:
    machine.tls().local()
    machine.use()
    machine.settings = dataclasses.replace(machine.settings, server=Server(public_url="http://kino.lan"))
    assert "not for kino.lan" in machine.warnings()
    assert "begins with http://" in machine.warnings()


def test_status_tells_of_files_that_are_missing_damaged_or_open_to_all(machine: Machine) -> None:
    machine.tls().local()
    machine.use()
    server = machine.tls().files.server
    server.chmod(0o644)
    assert f"chmod o= {server}" in machine.warnings()
    server.write_bytes(b"?")
    assert "no certificate in PEM form" in machine.warnings()
    server.unlink()
    assert "no such file" in machine.warnings()
    machine.tls().files.authority.write_bytes(b"?")
    assert "ca.crt holds no certificate" in machine.warnings()
