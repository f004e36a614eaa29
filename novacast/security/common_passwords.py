"""What attackers try first, by rule and by a short list: everything shorter is refused by its length already."""

from collections.abc import Iterable

_WORDS = """
    abc abcd abcde admin administrator adminadmin alexander asdfgh asdfghjkl baseball batman broadcast changeme
    chocolate computer correcthorsebatterystaple dragon facebook default football freedom guest hello helloworld
    iloveyou internet letmein letmeinplease liverpool login loveyou master michael microsoft monkey mustang mypassword
    newpassword nothing novacast nopassword onetwothree pass passphrase password passwordpassword passwort passwords
    pokemon princess qazwsx qazwsxedc qwer qwerty qwertyuiop qwertz qwertzuiop root samsung secret secretpassword server
    shadow starwars streaming summer winter spring autumn sunshine superman supersecret system temporary test testing
    testtest testpassword theater theatre thepassword tickets trustno unknown user username video welcome whatever
    yourpassword zxcvbn zxcvbnm
"""
_STEMS = frozenset(_WORDS.split())
_RUNS = (
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyzabcdefghij",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1q2w3e4r5t6z7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_LEET = str.maketrans("013457@$!", "oieastasi")
_DRESSING = "0123456789!?.,;:-_+*#$%&@/()= "
_FEWEST_DIFFERENT = 4
_SHORTEST_NAME = 3


def is_common(password: str, names: Iterable[str]) -> bool:
    """Whether `password` is a known stem, a run of keys, hardly any characters, or one of `names`, dressed or not."""
    plain = password.casefold()
    if len(set(plain)) < _FEWEST_DIFFERENT:
        return True
    if any(plain in run or plain in run[::-1] for run in _RUNS) or _repeats(plain):
        return True
    bare = plain.strip(_DRESSING)
    forbidden = _STEMS | {part for name in names for part in _parts(name)}
    return any(text in forbidden for text in (plain, bare, plain.translate(_LEET), bare.translate(_LEET)))


def _repeats(text: str) -> bool:
    """Whether `text` is a piece of at most five characters over and over (`abcabcabcabc`)."""
    return any(text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, 6))


def _parts(name: str) -> set[str]:
    whole = name.casefold()
    return {part for part in (whole, whole.partition("@")[0], whole.replace(" ", "")) if len(part) >= _SHORTEST_NAME}
