"""The one way in which a setting is brought back: a page that says from what to what, and asks."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from loyaltyadmin.activity import operations
from loyaltyadmin.activity.forms import RestoreForm
from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.activity.operations import State
from loyaltyadmin.snapshots import edits
from loyaltyadmin.web.http import StoreHttpRequest


def respond(
    request: StoreHttpRequest,
    *,
    entry_id: int,
    actions: Collection[Action],
    wanted: Callable[[Entry], State],
    read: Callable[[Entry], State],
    change: Callable[[Entry, State], object],
    note: str = "",
    template: str = "activity/restore.html",
) -> HttpResponse:
    """Show what would be brought back; once that is confirmed, bring it back as a new change.

    `wanted` is what held before the entry, of which `read` gives what holds now. `change` gets the
    state that the page was based on. `note` says what the change means to shoppers.
    """
    try:
        entry = operations.entry_to_restore(store=request.store, entry_id=entry_id, actions=actions)
    except Entry.DoesNotExist:
        raise Http404 from None
    context = {"entry": entry, "wanted": wanted(entry), "note": note, "nav": "activity"}
    if request.method == "POST":
        form = RestoreForm(request.POST)
        return edits.respond(
            request,
            form=form,
            change=lambda: change(entry, form.cleaned_data["based_on"]),
            template=template,
            context=context,
            zid_names={},
            done_url=reverse("list-activity"),
            done=_("The setting is restored"),
        )
    holds = read(entry)
    based_on = {name: holds.get(name) for name in wanted(entry)}
    form = RestoreForm(initial={"based_on": based_on})
    return render(request, template, context | {"form": form})
