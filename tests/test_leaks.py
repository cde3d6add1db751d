"""The ear that every test has: what it hears fails a test (`_nothing_personal_is_logged`)."""

from __future__ import annotations

import logging

import pytest

from tests.conftest import EAR

logger = logging.getLogger("loyaltyadmin.somewhere")


@pytest.mark.parametrize(
    "said",
    [
        "Bearer the-authorization",
        "refused: the-manager-token",
        "gAAAAABnR2lkZW9uLWlzLWEtbmFtZQ",
        "to noura@example.com",
        "to +966501234567",
        "to 0501234567",
        "of نورة العتيبي",
    ],
)
@pytest.mark.parametrize("name", ["loyaltyadmin.somewhere", "django.request", "celery.worker"])
def test_it_hears_a_token_and_a_customer_whoever_logs_them(name: str, said: str) -> None:
    logging.getLogger(name).warning("sent %s", said)

    [heard] = EAR.heard
    EAR.heard.clear()
    assert heard.startswith(f"{name} says ")


def test_it_lets_ids_pass() -> None:
    logger.warning(
        "line #rrcc4t2mp7 of store 90001, job %s", "0f8fad5b-d9cb-469f-a165-70867728950e"
    )

    assert EAR.heard == []


def test_it_hears_what_an_error_says_only_if_a_log_would_tell_it() -> None:
    try:
        raise ValueError("".join(["no customer: ", "05", "01234567"]))
    except ValueError:
        logger.exception("failed")

    assert EAR.heard == []
