"""HTML as a row of tokens, each with the very text it was written with.

No parser: it reads only what every parser reads in the same way, and gives up on the rest. So what
it says about a text holds in each browser, and the text can be put together again byte by byte.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html import entities

_ATTRIBUTE = r"""[^\s"'<>/=\x00-\x1f]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++))?+"""
_TOKEN = re.compile(
    rf"""
    <(?P<opened>[a-zA-Z][^\s/><\x00]*+)(?P<attributes>(?:\s++{_ATTRIBUTE})*+)\s*+/?>
    | </(?P<closed>[a-zA-Z][^\s/><\x00]*+)\s*+>
    | <!--(?!>|->)(?P<comment>[^<>]*)-->
    | (?P<words>(?:[^\s<]|<(?![a-zA-Z/!?]))++\s*+|\s++)
    """,
    re.VERBOSE,
)
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE)
_REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]+;?|#[0-9]+;?|[a-zA-Z0-9]+;|([a-zA-Z0-9]+)(=?))")
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|t[dhr]|table|[uod]l|d[td]|blockquote|br|hr)\b[^>]*>", re.IGNORECASE
)
# Squire puts it where the caret shall stand and takes it away again.
ZERO_WIDTH_SPACE = "\u200b"
# Between these two tags everything is text, tags included.
RAW = "iframe"


@dataclass(frozen=True, slots=True)
class Token:
    """`says` is the same for two ways to write the same: of a word, a tag, its attributes."""

    text: str
    says: tuple[object, ...]

    @property
    def is_opening(self) -> bool:
        return self.says[0] == "open"

    @property
    def name(self) -> str:
        """Of a tag, in lower case."""
        return str(self.says[1])


def tokens_of(source: str) -> list[Token] | None:
    """This will read HTML, or give nothing when parsers might disagree about it."""
    tokens: list[Token] = []
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            return None
        token = Token(found[0], _says(found))
        if (
            tokens
            and tokens[-1].is_opening
            and tokens[-1].name == RAW
            and token.says[:1] != ("close",)
        ):
            return None
        tokens.append(token)
        at = found.end()
    return tokens


def text_of(source: str) -> str:
    """This will give what is read by a person, blocks on lines of their own."""
    plain = html.unescape(re.sub(r"<[^>]*>", "", _BLOCK.sub("\n", source)))
    lines = (" ".join(line.split()) for line in plain.replace(ZERO_WIDTH_SPACE, "").splitlines())
    return "\n".join(line for line in lines if line)


def is_empty(source: str | None) -> bool:
    """Tell whether a shopper would see nothing: an editor leaves an empty line behind."""
    return not source or not (
        text_of(source) or re.search(r"(?i)<(?:img|iframe|video|audio|hr|table)\b", source)
    )


def _says(found: re.Match[str]) -> tuple[object, ...]:
    if found["opened"]:
        attributes = (_attribute(each[0]) for each in _ONE_ATTRIBUTE.finditer(found["attributes"]))
        return ("open", found["opened"].lower(), tuple(sorted(attributes)))
    if found["closed"]:
        return ("close", found["closed"].lower())
    if found["comment"] is not None:
        return ("comment", found["comment"])
    words = html.unescape(found["words"]).replace(ZERO_WIDTH_SPACE, "")
    return ("words", words.replace("\r\n", "\n").replace("\r", "\n"))


def _attribute(written: str) -> tuple[str, str]:
    name, _equals, value = written.partition("=")
    value = value.strip()
    if value[:1] in {'"', "'"}:
        value = value[1:-1]
    return name.strip().lower(), _REFERENCE.sub(_referred, value)


def _referred(found: re.Match[str]) -> str:
    """What a character reference in an attribute means: `&copy=2` there is none, in text it is."""
    name, equals = found[1], found[2]
    if name and (equals or name not in entities.html5):
        return found[0]
    return html.unescape(found[0])
