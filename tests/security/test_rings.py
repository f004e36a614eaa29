"""Keys take over from each other, and nothing that was signed or sealed before is lost unless somebody wants that."""

import hmac
from pathlib import Path

import pytest

from novacast.clock import SECOND
from novacast.errors import BadSettings, Unauthenticated, Unavailable
from novacast.security.jwt import AccessClaims, AccessTokens
from novacast.security.keys import Signer, secret
from novacast.security.rings import Ring
from novacast.security.seal import Seal

CLAIMS = AccessClaims("ada", "session", 1_000_000 * SECOND)


def test_what_an_older_key_made_still_counts_after_a_rotation(tmp_path: Path) -> None:
    ring = secret(tmp_path, "installation")
    signer, seal, tokens = Signer(ring, "links"), Seal(ring, "secrets"), AccessTokens(ring, "house")
    text, sealed, token = signer.sign(b"order 7"), seal.close(b"totp", "ada"), tokens.issue(CLAIMS, 0)
    for _ in range(2):
        ring.rotated(5)
        assert signer.verify(text) == b"order 7"
        assert seal.open(sealed, "ada") == b"totp"
        assert tokens.read(token, 0) == CLAIMS
    assert signer.sign(b"order 7") != text
    assert [one.use for one in ring.keys] == ["signs", "reads", "reads"]
    assert (tmp_path / "installation.ring").stat().st_mode & 0o077 == 0


def test_a_process_that_runs_follows_without_a_restart(tmp_path: Path) -> None:
    here = secret(tmp_path, "installation")
    there = Ring(bytes(here), tmp_path / "installation.ring")  # another process's
    running = Signer(here, "links"), Seal(here, "secrets"), AccessTokens(here, "house")
    there.rotated(5)
    assert running[0].verify(Signer(there, "links").sign(b"x")) == b"x"
    assert running[1].open(Seal(there, "secrets").close(b"y", "ada"), "ada") == b"y"
    assert running[2].read(AccessTokens(there, "house").issue(CLAIMS, 0), 0) == CLAIMS
    there.rotated(6)
    assert here.refresh()
    assert running[0].sign(b"x") == Signer(there, "links").sign(b"x")


def test_of_two_who_rotate_at_once_neither_loses_the_others_key(tmp_path: Path) -> None:
    one = secret(tmp_path, "installation")
    two = Ring(bytes(one), tmp_path / "installation.ring")  # another process's, which has looked already
    one.rotated(5)
    sealed = Seal(one, "secrets").close(b"totp", "ada")
    two.rotated(6)
    afterwards = Ring(bytes(one), tmp_path / "installation.ring")
    assert [key.since for key in afterwards.keys] == [6, 5, 0]
    assert Seal(afterwards, "secrets").open(sealed, "ada") == b"totp"


def test_retired_keys_open_what_they_sealed_and_sign_nothing(tmp_path: Path) -> None:
    ring = secret(tmp_path, "installation")
    signer, seal, tokens = Signer(ring, "links"), Seal(ring, "secrets"), AccessTokens(ring, "house")
    text, sealed, token = signer.sign(b"order 7"), seal.close(b"totp", "ada"), tokens.issue(CLAIMS, 0)
    assert ring.retired() == 0
    ring.rotated(5)
    assert tokens.read(token, 0) == CLAIMS
    fresh = signer.sign(b"order 8")
    assert ring.retired() == 1
    with pytest.raises(Unauthenticated):
        signer.verify(text)
    with pytest.raises(Unauthenticated):
        tokens.read(token, 0)
    assert signer.verify(fresh) == b"order 8"
    assert seal.open(sealed, "ada") == b"totp"
    with pytest.raises(Unavailable):
        seal.open(sealed, "ben")


def test_what_must_stay_the_same_is_made_of_the_first_key(tmp_path: Path) -> None:
    ring = secret(tmp_path, "installation")
    before = hmac.digest(ring, b"instance", "sha256")
    ring.rotated(5)
    assert hmac.digest(secret(tmp_path, "installation"), b"instance", "sha256") == before


def test_a_single_key_is_a_ring_of_one() -> None:
    assert Signer(b"k" * 32, "links").verify(Signer(b"k" * 32, "links").sign(b"x")) == b"x"


@pytest.mark.parametrize("content", ["", "[]", "{}", '[{"key": "00", "use": "signs", "since": 0}]'])
def test_a_damaged_ring_is_named(tmp_path: Path, content: str) -> None:
    ring = secret(tmp_path, "installation")
    ring.rotated(5)
    (tmp_path / "installation.ring").write_text(content)
    with pytest.raises(BadSettings, match=r"installation\.ring"):
        secret(tmp_path, "installation")
