import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novacast.errors import InvalidInput
from novacast.security.passwords import LONGEST, SHORTEST, Passwords, acceptable


async def test_a_password_opens_its_own_hash_and_no_other() -> None:
    passwords = Passwords(8192, 1)
    encoded = await passwords.hash("seven wooden trumpets")
    assert encoded.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    assert await passwords.verify("seven wooden trumpets", encoded)
    assert not await passwords.verify("seven wooden trumpet", encoded)
    assert await passwords.hash("seven wooden trumpets") != encoded
    passwords.close()


async def test_an_unknown_account_is_hashed_with_the_same_parameters_and_never_right() -> None:
    passwords = Passwords(8192, 1)
    nobody, somebody = passwords._nobody, await passwords.hash("seven wooden trumpets")
    assert nobody.split("$")[:4] == somebody.split("$")[:4]
    assert [len(part) for part in nobody.split("$")] == [len(part) for part in somebody.split("$")]
    assert not await passwords.verify("seven wooden trumpets", None)
    passwords.close()


async def test_either_way_of_writing_an_accent_is_the_same_password() -> None:
    passwords = Passwords(8192, 1)
    composed, parted = "größer als Österreich", unicodedata.normalize("NFD", "größer als Österreich")
    encoded = await passwords.hash(acceptable(composed))
    assert await passwords.verify(parted, encoded)
    passwords.close()


async def test_risen_parameters_are_noticed() -> None:
    weak, strong = Passwords(8192, 1), Passwords(8192, 2)
    encoded = await weak.hash("seven wooden trumpets")
    assert (weak.outdated(encoded), strong.outdated(encoded)) == (False, True)
    assert await strong.verify("seven wooden trumpets", encoded)
    weak.close()
    strong.close()


@pytest.mark.parametrize("encoded", ["", "garbage", "$argon2id$v=19$m=1,t=0,p=1$AA$AA", "$2b$12$abc"])
async def test_a_damaged_hash_opens_nothing(encoded: str) -> None:
    passwords = Passwords(8192, 1)
    assert not await passwords.verify("seven wooden trumpets", encoded)
    passwords.close()


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "0987654321",
        "qwertyuiop",
        "password123",
        "P4ssw0rd!!!",
        "iloveyou2024!",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "abababababab",
        "letmein12345",
        "Summer2026!!",
        "novacast2026",
        "1q2w3e4r5t6z",
        "ada.lovelace1815",
        "AdaLovelace!!!",
        "ada.lovelace@example.org",
    ],
)
def test_the_first_guesses_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        acceptable(password, "ada.lovelace@example.org", "Ada Lovelace")
    assert refused.value.errors[0].code == "common"


@pytest.mark.parametrize(
    "password", ["seven wooden trumpets", "Tr0ub4dor&3zzz", "пароль из слов", "私の秘密の合言葉です。", "k9#mQx!2vLpz"]
)
def test_good_ones_are_taken(password: str) -> None:
    assert acceptable(password, "ada.lovelace@example.org", "Ada Lovelace") == unicodedata.normalize("NFKC", password)


@pytest.mark.parametrize("password", ["", "short", "nine char", "x" * 1001, "x" * 10_000_000])
def test_length_is_from_10_to_1000(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        acceptable(password)
    assert refused.value.errors[0].code == "length"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_accepted_can_be_hashed_and_is_its_own_normal_form(text: str) -> None:
    try:
        kept = acceptable(text)
    except InvalidInput:
        return
    assert SHORTEST <= len(kept) <= LONGEST
    assert kept.encode()
    assert unicodedata.normalize("NFKC", kept) == kept
