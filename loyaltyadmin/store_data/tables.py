"""Which tables hold a store's rows, and how each row says whose it is.

Asked of Django and not written down, so that a table that is added later is erased and taken along
like the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db.models import Exists, ForeignKey, Model, OuterRef, QuerySet

from loyaltyadmin.stores.models import Store

OUR_PACKAGES = "loyaltyadmin."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`path` is how a filter names the store's number, such as `job__store`."""

    model: type[Model]
    path: str

    def rows_of(self, store_id: int) -> QuerySet[Model]:
        return self.model._base_manager.filter(**{self.path: store_id})

    def unneeded_rows_of(self, store_id: int) -> QuerySet[Model]:
        """Those that no other row of the same table names."""
        rows = self.rows_of(store_id)
        for key in _keys_of(self.model):
            if key.related_model is self.model:
                others = self.model._base_manager.filter(**{key.name: OuterRef("pk")})
                rows = rows.filter(~Exists(others))
        return rows


def tables_of_stores() -> list[Table]:
    """This will give every table with rows of stores, the ones that name others before those.

    In this order they can be emptied; the stores' own is the last.
    """
    paths = {model: path for model in _our_models() if (path := _path_to_store(model))}
    order: TopologicalSorter[type[Model]] = TopologicalSorter(dict.fromkeys(paths, ()))
    for model in paths:
        for key in _keys_of(model):
            if key.related_model in paths and key.related_model is not model:
                order.add(key.related_model, model)
    return [Table(model=model, path=paths[model]) for model in order.static_order()]


def tables_of_no_store() -> list[type[Model]]:
    """This will give the tables of ours that say nothing of any store."""
    return [model for model in _our_models() if not _path_to_store(model)]


def _our_models() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith(OUR_PACKAGES):
            yield model


def _path_to_store(model: type[Model]) -> str:
    """The shortest way over keys that every row has; empty if there is none."""
    if model is Store:
        return "pk"
    if any(field.name == "store_id" for field in model._meta.concrete_fields):
        return "store_id"  # the number alone: the row outlives the store's
    ways = [
        f"{key.name}__{further}"
        for key in _keys_of(model)
        if not key.null
        and key.related_model is not model
        and (further := _path_to_store(key.related_model))
    ]
    return min(ways, key=lambda way: way.count("__"), default="")


def _keys_of(model: type[Model]) -> Iterator[ForeignKey[Any, Any]]:
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            yield field
