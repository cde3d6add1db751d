"""Nothing is left out of the proofs: every address is shown in the gallery, or is no page."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.addresses import WITHOUT_A_PAGE, url_names
from tests.browser.gallery.catalogue import CATALOGUE

# While the addresses are loaded with DEBUG=1, as here: what only developers see is a page too.
NAMES = url_names()
SHOWN = {state.shows for state in CATALOGUE}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_page_has_its_states_in_the_gallery(name: str) -> None:
    assert name in SHOWN or name in WITHOUT_A_PAGE, (
        f"No state of the gallery shows “{name}”. Add its states to"
        " tests/browser/gallery/catalogue.py; if it is no page of its own, say why in"
        " WITHOUT_A_PAGE in tests/addresses.py."
    )


def test_no_page_is_both_shown_and_excused() -> None:
    assert SHOWN & set(WITHOUT_A_PAGE) == set()


def test_everything_that_is_shown_or_excused_exists() -> None:
    assert (SHOWN | set(WITHOUT_A_PAGE)) - NAMES == set()


def test_no_two_states_have_one_name() -> None:
    assert [slug for slug, times in Counter(map(str, CATALOGUE)).items() if times > 1] == []
