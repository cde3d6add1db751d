"""What the house promises of every file, checked on every file."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from loyaltyadmin.zid import client as zid_client
from loyaltyadmin.zid.types import Tokens

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static/css").rglob("*.css"))
ZIDS_STYLES = sorted((ROOT / "static/vendor/zidmui").rglob("*.css"))
SCRIPTS = [*(ROOT / "static/js").glob("*.js"), *(ROOT / "tests/browser/gallery").glob("*.js")]
PHYSICAL = re.compile(
    r"(?<![\w-])("
    r"(margin|padding|border|scroll-margin|scroll-padding)-(left|right)(-\w+)*"
    r"|border-(top|bottom)-(left|right)-radius|left|right"
    r")\s*:|(text-align|float|clear)\s*:\s*(left|right)"
)
RAW_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(rgb|rgba|hsl|hsla|oklch|lab|lch)\(")
# The sandbox is a program of its own, and what runs only in tests is nobody's setting.
PYTHON = [path for path in ROOT.glob("loyaltyadmin/**/*.py") if "migrations" not in path.parts]


def read(path):
    return path.read_text(encoding="utf-8")


def without_comments(css):
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def named(path):
    return str(path.relative_to(ROOT))


def test_every_variable_of_the_settings_is_explained_to_the_operator():
    source = read(ROOT / "loyaltyadmin/settings.py")
    variables = set(re.findall(r'env_\w+\(\s*"([A-Z_]+)"', source))

    explained = set(re.findall(r"^([A-Z_]+)=", read(ROOT / "deploy/env.example"), re.MULTILINE))

    assert len(variables) > 20
    assert variables - explained == set()


def test_the_settings_read_the_environment_only_through_their_readers():
    source = read(ROOT / "loyaltyadmin/settings.py")

    assert source.count("os.environ") == 1


def client_methods():
    tokens = Tokens(authorization="a", manager_token="b", refresh_token="c")
    with zid_client.Client(tokens=tokens, api_url="https://api.zid.test", timeout=1) as client:
        sections = [value for name, value in vars(client).items() if not name.startswith("_")]
    methods = [
        method
        for section in sections
        for name, method in inspect.getmembers(type(section), inspect.isfunction)
        if not name.startswith("_")
    ]
    return [*methods, zid_client.exchange_code, zid_client.refresh_tokens]


@pytest.mark.parametrize("method", client_methods(), ids=lambda method: method.__qualname__)
def test_every_method_of_the_client_says_what_it_returns_and_where_that_stands(method):
    said = inspect.getdoc(method) or ""

    assert said.startswith("This will ")
    for promise in ("Shape:", "Units:", "Raises:", "Source:"):
        assert promise in said


@pytest.mark.parametrize("path", STYLES, ids=named)
def test_no_style_knows_left_from_right(path):
    css = without_comments(read(path))

    assert [found[0] for found in PHYSICAL.finditer(css)] == []


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=named)
def test_colours_are_named_in_one_place(path):
    css = without_comments(read(path))

    assert [found[0] for found in RAW_COLOUR.finditer(css)] == []


def test_no_template_is_unused():
    sources = [*map(read, PYTHON), *map(read, TEMPLATES)]
    names = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]

    # An inline partial is named behind a "#".
    unused = [name for name in names if not any(re.search(rf'"{name}["#]', s) for s in sources)]

    assert unused == []


def test_no_template_carries_a_script_or_a_style_of_its_own():
    for path in TEMPLATES:
        page = read(path)
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), named(path)
        assert not re.search(r"\son[a-z]+=", page), named(path)
        if path.name != "mail.html":  # is no page, and mail programs take no stylesheet
            assert not re.search(r"<style|\sstyle=", page), named(path)
        assert "|safe" not in page, named(path)


def test_every_class_that_a_template_names_is_styled_or_looked_for():
    styled = set(
        re.findall(r"\.(zid-[\w-]+)", "".join(map(read, [*STYLES, *ZIDS_STYLES, *SCRIPTS])))
    )

    for path in TEMPLATES:
        written = " ".join(re.findall(r'\bclass(?:es)?="([^"]*)"', read(path)))
        # One that ends in a variable is one of several.
        names = set(re.findall(r"\bzid-[\w-]*\w(?![\w-]*\{)", written))
        assert names - styled == set(), named(path)


def routes():
    """Every address of the app: its name, and a pattern for the paths it takes."""

    def walk(patterns, before):
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                if pattern.name:
                    yield pattern.name, route
            else:
                yield from walk(pattern.url_patterns, route)

    return sorted(walk(get_resolver().url_patterns, "/"))


@pytest.mark.parametrize(("name", "route"), routes(), ids=lambda value: value)
def test_every_address_is_asked_for_in_a_test(name, route):
    paths = re.sub(r"<[^>]+>", "\0", route)
    # In a test a value stands as it is, or in braces of an f-string.
    asked = re.escape(paths).replace(re.escape("\0"), r"[^/\"\s]+")
    # Where the end is missing, a helper puts it there: f"{job_url}confirm/".
    tail = re.escape(route.rpartition(">")[2].strip("/"))
    wanted = [rf'"{re.escape(name)}"', rf'"{asked}["?]', rf'reverse\("{re.escape(name)}"']
    if tail:
        wanted.append(rf"[}}\"/]{tail}/?[\"?]")
    tests = "\n".join(map(read, (ROOT / "tests").rglob("test_*.py")))

    assert any(re.search(pattern, tests) for pattern in wanted)
