import pytest

from novacast.errors import Unavailable
from novacast.security.seal import Seal


def test_a_sealed_secret_opens_for_its_owner_alone() -> None:
    seal = Seal(b"k" * 32, "codes")
    sealed = seal.close(b"secret", "ada")
    assert b"secret" not in sealed
    assert seal.close(b"secret", "ada") != sealed
    assert seal.open(sealed, "ada") == b"secret"
    with pytest.raises(Unavailable):
        seal.open(sealed, "eve")


@pytest.mark.parametrize(("key", "purpose"), [(b"x" * 32, "codes"), (b"k" * 32, "another")])
def test_another_key_or_purpose_opens_nothing(key: bytes, purpose: str) -> None:
    sealed = Seal(b"k" * 32, "codes").close(b"secret", "ada")
    with pytest.raises(Unavailable, match="keys"):
        Seal(key, purpose).open(sealed, "ada")


def test_an_altered_secret_opens_nothing() -> None:
    seal = Seal(b"k" * 32, "codes")
    sealed = bytearray(seal.close(b"secret", "ada"))
    sealed[-1] ^= 1
    with pytest.raises(Unavailable):
        seal.open(bytes(sealed), "ada")
    with pytest.raises(Unavailable):
        seal.open(b"", "ada")
