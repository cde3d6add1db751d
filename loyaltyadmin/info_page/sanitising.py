"""What may stand on an info page. The library decides; here is what it is told.

Generous with what only looks like something, however old-fashioned: what another editor wrote must
survive. What runs, loads other pages or asks for data goes.
"""

from __future__ import annotations

import enum
import html
import re

import nh3

from loyaltyadmin.info_page.markup import RAW, tokens_of

TAGS = {
    "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big",
    "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del",
    "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "i", "iframe", "img", "ins", "kbd", "label",
    "li", "main", "mark", "nav", "o:p", "ol", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s",
    "samp", "section", "small", "source", "span", "strike", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "video",
    "wbr",
}  # fmt: skip
ATTRIBUTES = {
    "*": {
        "align", "background", "bgcolor", "border", "class", "color", "contenteditable", "dir",
        "height", "hidden", "id", "lang", "role", "style", "tabindex", "title", "translate",
        "valign", "width",
    },
    "a": {"download", "href", "hreflang", "name", "rel", "target", "type"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "font": {"face", "size"},
    "hr": {"noshade", "size"},
    "iframe": {"allow", "allowfullscreen", "frameborder", "loading", "referrerpolicy", "src"},
    "img": {"alt", "decoding", "hspace", "loading", "sizes", "src", "srcset", "vspace"},
    "ins": {"cite", "datetime"},
    "li": {"type", "value"},
    "ol": {"compact", "reversed", "start", "type"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "table": {"cellpadding", "cellspacing", "frame", "rules", "summary"},
    "td": {"abbr", "axis", "char", "colspan", "headers", "nowrap", "rowspan", "scope"},
    "th": {"abbr", "axis", "char", "colspan", "headers", "nowrap", "rowspan", "scope"},
    "time": {"datetime"},
    "ul": {"compact", "type"},
    "video": {"controls", "loop", "muted", "playsinline", "poster", "preload", "src"},
}  # fmt: skip
SCHEMES = {"data", "geo", "http", "https", "mailto", "sms", "tel", "whatsapp"}
# The players that rich-text editors put a video in with.
PLAYERS = re.compile(
    r"(?:https:)?//(?:www\.youtube(?:-nocookie)?\.com/embed|player\.vimeo\.com/video)/[\w?=&;.%-]+",
)
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|avif|bmp);base64,[a-zA-Z0-9+/=\s]*", re.I)
_RUNS = r"(?:java|vb|live)script|mocha|data:text|data:application"
_BAD_STYLE = re.compile(
    rf"(?:{_RUNS})\s*:|expression\s*\(|-moz-binding|behaviou?r\s*:|@import|data:(?!image/)|[<>]"
)


class Danger(enum.Enum):
    """What a text has in it that does not go any further."""

    SCRIPT = "script"
    HANDLER = "handler"
    LINK = "link"
    STYLE = "style"
    FRAME = "frame"
    FORM = "form"
    OTHER = "other"


_SIGNS = {
    Danger.SCRIPT: re.compile(r"<\s*/?\s*(?:\w+:)?script"),
    Danger.HANDLER: re.compile(r"""[\s/"'<]on[a-z]{3,}\s*="""),
    Danger.LINK: re.compile(rf"(?:{_RUNS})\s*:|data:text"),
    Danger.STYLE: re.compile(r"<\s*(?:style|link)\b|expression\s*\(|-moz-binding|@import"),
    Danger.FRAME: re.compile(r"<\s*(?:iframe|frame|frameset|object|embed|applet|portal)\b"),
    Danger.FORM: re.compile(r"<\s*(?:form|input|button|select|textarea|isindex)\b"),
}


def clean(source: str) -> str:
    """This will give HTML in which nothing runs, in the library's own spelling."""
    cleaned = _clean(source, TAGS)
    if RAW in cleaned and tokens_of(cleaned) is None:
        cleaned = _clean(source, TAGS - {RAW})
    return cleaned


def is_harmless(source: str) -> bool:
    """Tell whether HTML may go on as it was written: nothing of it would be taken away.

    Every tag in it must be one that the library let through, with all of its attributes; and the
    text must be one that every parser reads in the same way.
    """
    tokens, kept = tokens_of(source), tokens_of(clean(source))
    if tokens is None or kept is None:
        return False
    allowed = {token.says for token in kept if token.is_opening}
    return all(token.says in allowed for token in tokens if token.is_opening)


def dangers_of(source: str) -> list[Danger]:
    """This will name what would be taken away, for a sentence about it."""
    if is_harmless(source):
        return []
    plain = re.sub(r"[\x00-\x08\x0e-\x1f]", "", html.unescape(source)).lower()
    squeezed = re.sub(r"\s", "", plain)
    found = [
        danger
        for danger, sign in _SIGNS.items()
        if sign.search(plain) or (danger is Danger.LINK and sign.search(squeezed))
    ]
    return found or [Danger.OTHER]


def _clean(source: str, tags: set[str]) -> str:
    return nh3.clean(
        source,
        tags=tags,
        attributes=ATTRIBUTES,
        attribute_filter=_kept,
        generic_attribute_prefixes={"aria-", "data-"},
        url_schemes=SCHEMES,
        link_rel=None,  # a page's links stay as they are
    )


def _kept(tag: str, name: str, value: str) -> str | None:
    if tag == RAW and name == "src":
        return value if PLAYERS.fullmatch(value) else None
    if name == "style":
        return None if _BAD_STYLE.search(_unescaped(value)) else value
    stripped = value.strip().lower()
    if stripped.startswith("data:") or name in {"background", "poster", "srcset"}:
        is_picture = tag == "img" and name == "src" and _PICTURE.fullmatch(value.strip())
        is_address = not re.match(r"[\s\x00-\x20]*[a-z][\w+.-]*\s*:", stripped) or (
            re.match(r"https?:", stripped)
        )
        return value if is_picture or is_address else None
    return value


def _unescaped(style: str) -> str:
    """CSS without its comments and escapes, which would hide a word."""

    def character(found: re.Match[str]) -> str:
        number = int(found[1], 16)
        return chr(number) if 0 < number < 0x110000 else "\ufffd"

    style = re.sub(r"/\*.*?(?:\*/|$)", "", style, flags=re.DOTALL)
    style = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", character, style)
    return style.replace("\\", "").lower()
