"""The one way in which a form changes a setting at Zid: on what holds, and nothing is lost.

A form waits for Zid before it is shown, unlike the program's page: what is typed starts from what
it shows, and would be refused as changed meanwhile if that were old.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from loyaltyadmin.snapshots.operations import ChangedMeanwhile
from loyaltyadmin.web import views
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.web.redirects import lead_to
from loyaltyadmin.zid import errors

T = TypeVar("T")


def respond(
    request: StoreHttpRequest,
    *,
    form: forms.Form,
    change: Callable[[], T],
    template: str,
    context: dict[str, Any],
    zid_names: Mapping[str, str],
    done_url: str,
    done: str | Callable[[T], str],
) -> HttpResponse:
    """Try `change` once the form is valid; otherwise give the form back with what is wrong.

    `zid_names` says which field of the form a field of Zid's is, by the end of Zid's name. After a
    change the merchant is led to `done_url` and told `done`, which may depend on what came of it.
    """
    if not form.is_valid():
        return _again(request, form, template, context, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        made = change()
    except ChangedMeanwhile as conflict:
        if conflict.current is None:
            raise errors.NotFound(endpoint="what the form was about") from None
        context = context | {"current": conflict.current}
        form = _based_on(form, conflict.current)
        return _again(request, form, template, context, HTTPStatus.CONFLICT)
    except errors.Rejected as error:
        _add_refusal(form, error=error, zid_names=zid_names)
        return _again(request, form, template, context, HTTPStatus.UNPROCESSABLE_ENTITY)
    except errors.OutcomeUnknown:
        form.add_error(
            None,
            _(
                "Zid's answer was lost, so nobody knows whether this was saved. Look at what holds"
                " before you save it again."
            ),
        )
        return _again(request, form, template, context, HTTPStatus.BAD_GATEWAY)
    except (errors.TokenRejected, errors.ScopeMissing, errors.NotFound):
        raise  # trying again does not help
    except errors.ZidError as error:
        title, advice, status = views.describe(error)
        form.add_error(None, f"{title}. {advice}")
        return _again(request, form, template, context, HTTPStatus(status))
    return lead_to(request, done_url, done=done if isinstance(done, str) else done(made))


def _again(
    request: StoreHttpRequest,
    form: forms.Form,
    template: str,
    context: dict[str, Any],
    status: HTTPStatus,
) -> HttpResponse:
    return render(request, template, context | {"form": form}, status=status)


def _based_on(form: forms.Form, current: dict[str, object]) -> forms.Form:
    """The same form with all that was typed, now based on what holds."""
    shown = set(form.cleaned_data["based_on"])
    data = dict(form.data.items())
    data["based_on"] = form.fields["based_on"].prepare_value(
        {name: value for name, value in current.items() if name in shown}
    )
    form.data = data
    form.full_clean()
    return form


def _add_refusal(form: forms.Form, *, error: errors.Rejected, zid_names: Mapping[str, str]) -> None:
    """Zid's own sentences, each beside the field that it is about."""
    found = False
    for zid_name, sentences in error.fields.items():
        field = next((ours for end, ours in zid_names.items() if zid_name.endswith(end)), None)
        for sentence in sentences:
            form.add_error(field, sentence)
            found = True
    if not found:
        title, advice, _status = views.describe(error)
        form.add_error(None, f"{title}: {advice}")
