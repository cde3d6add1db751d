"""The Arabic catalogue says everything that the pages say, and the compiled one is the same."""

from __future__ import annotations

import gettext
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import ngettext

ROOT = Path(__file__).resolve().parent.parent
ARABIC = Path("loyaltyadmin/locale/ar/LC_MESSAGES")
PLURAL_FORMS = 6
# The forms that stand for more than one number, and so have to name it.
FORMS_OF_MANY = {3, 4, 5}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]")
TAG = re.compile(r"</?\w+[^>]*>")

# A text's key is its msgid, or for a plural its msgid and the number of the form.
Catalogue = dict["str | tuple[str, int]", str]

pytestmark = pytest.mark.skipif(shutil.which("msgfmt") is None, reason="gettext is not installed")


def run(*command, cwd=ROOT):
    env = {**os.environ, "DEBUG": "1"}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def load(compiled: Path) -> Catalogue:
    with compiled.open("rb") as file:
        catalogue = dict(vars(gettext.GNUTranslations(file))["_catalog"])
    catalogue.pop("", None)
    return catalogue


def compile_catalogue(source: Path, *, into: Path) -> Catalogue:
    run("msgfmt", "--check", "--output-file", f"{into}", f"{source}")
    return load(into)


def msgids(catalogue: Catalogue) -> set[str]:
    return {key if isinstance(key, str) else key[0] for key in catalogue}


@pytest.fixture(scope="module")
def arabic(tmp_path_factory) -> Catalogue:
    """What the source of the catalogue says; what is fuzzy or untranslated is not in it."""
    compiled = tmp_path_factory.mktemp("arabic") / "django.mo"
    return compile_catalogue(ROOT / ARABIC / "django.po", into=compiled)


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> set[str]:
    """Every text in code and templates, collected from a copy of them."""
    copy = tmp_path_factory.mktemp("copy")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("loyaltyadmin", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignore)
    shutil.copy(ROOT / "manage.py", copy)
    run(sys.executable, "manage.py", "makemessages", "--locale", "ar", "--keep-pot", cwd=copy)
    found = copy / "loyaltyadmin/locale/django.pot"
    pot = found.read_text(encoding="utf-8")
    found.write_text(
        pot.replace("nplurals=INTEGER; plural=EXPRESSION", "nplurals=2; plural=n != 1"),
        encoding="utf-8",
    )
    filled = copy / "english.po"
    run("msgen", "--output-file", f"{filled}", f"{found}")
    run("msgfmt", "--output-file", f"{filled.with_suffix('.mo')}", f"{filled}")
    return msgids(load(filled.with_suffix(".mo")))


def test_every_text_has_its_arabic(said, arabic):
    missing = said - msgids(arabic)

    assert not missing, "Run `make messages`, translate, and run it again"


def test_no_arabic_is_left_over_from_a_text_that_is_gone(said, arabic):
    assert not msgids(arabic) - said


def test_no_entry_is_fuzzy_or_obsolete_or_empty():
    source = (ROOT / ARABIC / "django.po").read_text(encoding="utf-8")
    for choice in ("--only-fuzzy", "--only-obsolete", "--untranslated"):
        found = run("msgattrib", choice, f"{ARABIC}/django.po")
        assert "msgid" not in found.partition("\n\n")[2], choice
    assert "#, fuzzy" not in source


def test_the_compiled_catalogue_is_the_one_in_the_source(arabic):
    assert load(ROOT / ARABIC / "django.mo") == arabic, "Run `make messages`"


def test_every_plural_has_the_six_forms_of_arabic(arabic):
    plurals: dict[str, set[int]] = {}
    for key in arabic:
        if not isinstance(key, str):
            plurals.setdefault(key[0], set()).add(key[1])

    assert plurals
    assert all(forms == set(range(PLURAL_FORMS)) for forms in plurals.values())


def test_what_is_filled_in_is_the_same_in_both_languages(arabic):
    for key, text in arabic.items():
        msgid, form = (key, None) if isinstance(key, str) else key
        wanted, given = PLACEHOLDER.findall(msgid), PLACEHOLDER.findall(text)
        if form is None or form in FORMS_OF_MANY:
            assert sorted(given) == sorted(wanted), msgid
        else:
            assert set(given) <= set(wanted), msgid  # "a point", "two points": without the number


def test_the_markup_is_the_same_in_both_languages(arabic):
    for key, text in arabic.items():
        msgid = key if isinstance(key, str) else key[0]
        assert sorted(TAG.findall(text)) == sorted(TAG.findall(msgid)), msgid


def test_every_text_but_a_name_is_in_arabic_letters(arabic):
    assert not [text for text in arabic.values() if not re.search("[\u0621-\u064a]", text)]


@pytest.mark.parametrize(
    ("count", "arabic_text"),
    [
        (1, "أُضيفت نقطة واحدة."),
        (2, "أُضيفت نقطتان."),
        (3, "أُضيفت 3 نقاط."),
        (10, "أُضيفت 10 نقاط."),
        (11, "أُضيفت 11 نقطة."),
        (100, "أُضيفت 100 نقطة."),
        (103, "أُضيفت 103 نقاط."),
    ],
)
def test_it_counts_as_arabic_does(count, arabic_text):
    with translation.override("ar"):
        text = ngettext("%(number)s point added.", "%(number)s points added.", count)

    assert text % {"number": count} == arabic_text
