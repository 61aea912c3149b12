"""Make what people type safe to keep and fair to read, before anything else is done with it.

``cleaned(text)`` in every form and service that takes people's words. What a reader cannot see goes away (zero-width and control
characters, those that turn the direction of writing, stacks of accents), what is drawn in place of a letter becomes that letter
(𝐛𝐨𝐥𝐝, ｗｉｄｅ), and the rest is in Unicode's normal form C. A word that mixes alphabets to look like another (“раypal”, its first two letters
Cyrillic) is refused: it fools people, searches and the blind alike. Nothing here escapes HTML: templates do.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Characters of a text where the caller says nothing, and bytes of any text, looked at before any work is done on it.
LONGEST = 20_000
LONGEST_BYTES = 65_536
#: Accents one letter may carry: Vietnamese needs two, transcriptions three.
MARKS = 3

#: Letters of other alphabets that are drawn as Latin ones (a choice of Unicode's confusables: those met in fraud).
LOOK_ALIKE = frozenset(
    "абвгеіјкмнопрсԁԛԝтухһѕѵӏҽАВЕЅІЈКМНОРСԚԜТУХҺѴӀԌЗ"  # Cyrillic
    "αγικνορτυχϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ"  # Greek
    "աոսօցհյզքԱՍՕՏԼ"  # Armenian
    "ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ"  # Cherokee
) - frozenset("вгЗ")

_WORD = re.compile(r"[^\W\d_]+")
_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[\u1680\u2000-\u2006\u2008-\u200a\u205f\u2800\u3000\t]")
_NOTHING = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DRAWN = re.compile(r"[\uff01-\uff5e\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169]")
_MARK = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_TOO_MANY_MARKS = re.compile(f"({_MARK}{{{MARKS}}}){_MARK}+")
_BLANK_LINES = re.compile(r"\n[ \u00a0\u202f]*\n(?:[ \u00a0\u202f]*\n)+")
_LINE_ENDS = re.compile(r"[ \u00a0\u202f]+(?=\n)")
#: Categories that are never seen: controls, formats (zero-width, direction), surrogates, private, unassigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def cleaned(text: str, *, longest: int = LONGEST, least: int = 0, one_line: bool = False) -> str:
    """The text as it is kept: at most ``longest`` characters (and ``LONGEST_BYTES``), at least ``least``.

    Idempotent: cleaning twice changes nothing more. ``one_line`` for titles and names: breaks become spaces. Raises InputError, in plain
    words, for a text too long (before any work), too short once cleaned, or with a word that mixes look-alike letters.
    """
    check_length(text, longest=longest)
    made = _BREAKS.sub("\n", text)
    made = _SPACES.sub(" ", made)
    made = _NOTHING.sub("", made)
    made = "".join(one for one in made if one == "\n" or unicodedata.category(one) not in _UNSEEN)
    made = _DRAWN.sub(lambda found: unicodedata.normalize("NFKC", found[0]), made)
    made = unicodedata.normalize("NFD", made)
    made = unicodedata.normalize("NFC", _TOO_MANY_MARKS.sub(r"\1", made))
    made = " ".join(made.split()) if one_line else _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("", made)).strip()
    if len(made) < least:
        fr = f"écrivez au moins {least} caractères" if made else "écrivez quelque chose ici"
        en = f"write at least {least} characters" if made else "write something here"
        raise InputError(Text(fr, en))
    # Taking characters apart and together again may lengthen what was just short enough.
    check_length(made, longest=longest)
    if mixed := mixed_words(made):
        raise InputError(
            Text(
                f"« {mixed[0]} » mélange des lettres de plusieurs alphabets qui se ressemblent : retapez ce mot",
                f"“{mixed[0]}” mixes look-alike letters of several alphabets: type this word again",
            )
        )
    return made


def check_length(text: str, *, longest: int = LONGEST) -> None:
    """Raise InputError where ``text`` has more characters than ``longest`` or more than ``LONGEST_BYTES`` bytes."""
    if len(text) > longest:
        fr, en = _thousands(longest, "\u202f"), _thousands(longest, ",")
        raise InputError(
            Text(
                f"texte trop long : {fr} caractères au plus (vous en avez {_thousands(len(text), chr(0x202F))})",
                f"text too long: at most {en} characters (yours has {_thousands(len(text), ',')})",
            )
        )
    if len(text) * 4 > LONGEST_BYTES and len(text.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        raise InputError(Text("texte trop lourd : 64 Ko au plus", "text too heavy: at most 64 KB"))


def mixed_words(text: str) -> list[str]:
    """Words that hold both Latin letters and letters of another alphabet drawn like Latin ones. “μm”, “kΩ” and “Δt” are no such words."""
    if text.isascii():
        return []
    return [word for word in _WORD.findall(text) if _mixes(word)]


def disguised_words(text: str) -> list[str]:
    """Words made of nothing but look-alike letters, in a text that is otherwise Latin: “ехо” for “exo”. A person looks at them."""
    if text.isascii():
        return []
    words = _WORD.findall(text)
    hidden = [word for word in words if len(word) > 2 and not word.isascii() and LOOK_ALIKE.issuperset(word)]
    other = [word for word in words if any(script(one) not in ("LATIN", "") for one in word)]
    return hidden if hidden and len(other) * 2 <= len(words) else []


def _mixes(word: str) -> bool:
    return not LOOK_ALIKE.isdisjoint(word) and any(script(one) == "LATIN" for one in word)


@lru_cache(maxsize=4096)
def script(character: str) -> str:
    """The alphabet of a letter (``LATIN``, ``GREEK`` …); empty for what belongs to none."""
    name = unicodedata.name(character, "")
    first = name.partition(" ")[0]
    return first if unicodedata.category(character).startswith("L") and "MODIFIER" not in name else ""


def _thousands(number: int, mark: str) -> str:
    return f"{number:,}".replace(",", mark)
