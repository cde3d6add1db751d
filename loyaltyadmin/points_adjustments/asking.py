"""What a request asks for, and who asks."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404

from loyaltyadmin.activity.operations import Actor, merchant_of
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.web.http import StoreHttpRequest

MOST_DIGITS = 18  # of an id of ours


def actor_of(request: StoreHttpRequest) -> Actor:
    return merchant_of(request.session.session_key)


def job_of(request: StoreHttpRequest, job_id: uuid.UUID) -> BulkAdjustment:
    """This will give a bulk adjustment of the store's, or end in a 404."""
    job = get_object_or_404(BulkAdjustment, store=request.store, id=job_id)
    job.store = request.store  # read already
    return job


def number_of(text: str | None) -> int | None:
    """This will give an id that stands in a form or an address, or None for anything else."""
    return int(text) if text and text.isdecimal() and len(text) <= MOST_DIGITS else None
