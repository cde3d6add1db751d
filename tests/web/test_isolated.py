"""Latin letters in an Arabic sentence keep their place, and leave the sentence its full stop."""

from __future__ import annotations

import pytest
from django.utils import translation

from loyaltyadmin.web.templatetags.components import isolated


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("اكتبه دون وسوم HTML.", 'اكتبه دون وسوم <bdi dir="ltr">HTML</bdi>.'),
        (
            "العمود customer_id، أو e-mail",
            'العمود <bdi dir="ltr">customer_id</bdi>، أو <bdi dir="ltr">e-mail</bdi>',
        ),
        ("في عملاء-رمضان.csv: سطران", 'في عملاء-رمضان.<bdi dir="ltr">csv</bdi>: سطران'),
    ],
)
def test_a_name_in_latin_letters_ends_with_a_letter(sentence: str, written: str) -> None:
    with translation.override("ar"):
        assert isolated(sentence) == written
