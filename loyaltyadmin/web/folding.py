"""What is searched for is found however it is written, in Arabic above all."""

from __future__ import annotations

import unicodedata

# After the decomposition, which turns أ إ آ ؤ ئ into a letter and a mark, and drops the marks.
_LETTERS = str.maketrans(
    {
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ة": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ک": "ك",
        "ٱ": "ا",
        "ء": None,
        "ـ": None,
    }
)


def fold(text: str) -> str:
    """This will give text without what people leave out, or write in several ways.

    Hamzas, diacritics and tatweel are dropped, the forms of alef, yaa and taa marbuta are one, as
    are capitals and small letters, and digits are Western.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (
        str(unicodedata.digit(letter)) if letter.isdigit() else letter
        for letter in decomposed
        if unicodedata.category(letter) != "Mn"
    )
    return "".join(kept).translate(_LETTERS)
