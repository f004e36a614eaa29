import pytest

from novacast.clock import SECOND
from novacast.security import totp

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, SHA-1, the last six of its eight digits."""
    assert totp.code_at(RFC_SECRET, seconds * SECOND) == code
    assert totp.matching_counter(RFC_SECRET, code, seconds * SECOND) == seconds // 30


def test_a_phone_may_be_one_step_off_and_no_more() -> None:
    now = 1_750_000_000 * SECOND
    found = {
        steps: totp.matching_counter(RFC_SECRET, totp.code_at(RFC_SECRET, now + steps * 30 * SECOND), now)
        for steps in range(-3, 4)
    }
    current = now // SECOND // 30
    assert found == {-3: None, -2: None, -1: current - 1, 0: current, 1: current + 1, 2: None, 3: None}


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "２８７０８２", "28708\x00", "\ud800"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert totp.matching_counter(RFC_SECRET, code, 59 * SECOND) is None


def test_a_code_may_be_typed_with_spaces() -> None:
    assert totp.matching_counter(RFC_SECRET, " 287 082 ", 59 * SECOND) == 1


def test_the_address_for_apps_escapes_what_people_are_called() -> None:
    uri = totp.provisioning_uri(RFC_SECRET, "a&b@example.org", "Bühne: Süd")
    assert uri == (
        "otpauth://totp/B%C3%BChne%3A%20S%C3%BCd:a%26b@example.org"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=B%C3%BChne%3A%20S%C3%BCd"
    )


def test_recovery_codes_are_many_different_and_read_however_typed() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert totp.recovery_code(f"  {code.upper().replace('-', ' ')} ") == code
