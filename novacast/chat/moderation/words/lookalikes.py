"""Characters that are read as a Latin letter. Written for people's eyes, not for machines: what is confused in print
and chat fonts of today. Compatibility forms (full width, mathematical, circled, superscript) are the work of NFKD, and
marks upon letters are taken off before this is asked.
"""

from collections.abc import Mapping

_ALIKE: Mapping[str, str] = {
    "a": "аαɑəᴀɐꭺꓮⲁӕæ∀",
    "b": "Ььвβʙɓƅᏼꓐⲃƀ",
    "c": "сϲᴄɕƈⅽꮯꓚⲥ¢ℂ",
    "d": "дԁɗɖᴅđðⅾꭰꓓժ",
    "e": "еєεҽɛᴇɘǝꭼꓰⲉ℮ҿ",
    "f": "ƒꜰғϝꞙꓝ",
    "g": "ɡɢɠցǥԍꮐꓖ",
    "h": "һнηʜɦհħꮋꓧⲏ",
    "i": "іιıɪɩɨӏꙇꭵꓲⲓ¡",
    "j": "јϳᴊʝɉꭻꓙյ",
    "k": "кκᴋƙқҝꮶꓗⲕ",
    "l": "ʟłɭɫƚⅼ⎸ꮮꓡլ",
    "m": "мᴍɱⅿꮇꓟⲙ",
    "n": "пɴɲŋƞոռиꓠⲛ",
    "o": "оοσᴏөɵøօ๐ഠଠ〇०๐০੦૦௦౦೦൦০۵ⲟꓳꮎ",
    "p": "рρᴘƿþꮲꓑⲣ",
    "q": "ԛգզʠ",
    "r": "гʀɾɼɽяꭱꓣꮢ",
    "s": "ѕꜱʂƨꮪꓢտ",
    "t": "тτᴛŧƭʈꭲꓔⲧ†",
    "u": "υцᴜʊսɥꓴ",
    "v": "ѵνᴠʋⅴꮩꓦ",
    "w": "шщωԝᴡɯꮃꓪⲱ",
    "x": "хχⅹ×ꓫⲭ",
    "y": "уγʏүұʎყꓬⲩ",
    "z": "ᴢʐʑƶꮓꓜⲍ",
}

ALIKE: Mapping[str, str] = {sign: letter for letter, signs in _ALIKE.items() for sign in signs}

DIGITS: Mapping[str, str] = {
    "0": "o",
    "1": "i",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "g",
    "7": "t",
    "8": "b",
    "9": "g",
}
"""What stands for a letter in a word that has letters as well."""
SIGNS: Mapping[str, str] = {"@": "a", "$": "s", "!": "i", "|": "i", "€": "e", "£": "l", "+": "t", "¥": "y"}
TALL: Mapping[str, str] = {"1": "l", "!": "l", "|": "l", "I": "l"}
"""The other letter that an upright stroke may be."""


def regional(sign: str) -> str:
    """Letters of flags and of filled circles and squares, which have no compatibility form; else the sign."""
    at = ord(sign)
    for first in (0x1F1E6, 0x1F150, 0x1F170):
        if first <= at < first + 26:
            return chr(ord("a") + at - first)
    return sign
