from __future__ import annotations

from django.db import models

from loyaltyadmin.stores.models import Store


class Draft(models.Model):
    """What is being written on a store's info page and is not saved at Zid yet.

    A frame of another site has no storage of its own, so it is kept here while it is typed. One for
    a store: after a reload nobody can tell which of its people typed it.
    """

    store = models.OneToOneField(
        Store, on_delete=models.CASCADE, primary_key=True, related_name="info_page_draft"
    )
    title_ar = models.TextField(blank=True)
    title_en = models.TextField(blank=True)
    content_ar = models.TextField(blank=True)
    content_en = models.TextField(blank=True)
    based_on = models.JSONField(help_text="what the form showed of Zid's page, as it carries it")
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft of store {self.store_id}"
