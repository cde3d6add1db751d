"""Files of which a person has to say which column is what, or may say that it is another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.points_adjustments import earlier, operations
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Upload
from loyaltyadmin.points_adjustments.sheet import Sheet
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.stores.models import Store

KEPT_FOR = dt.timedelta(days=1)


def keep_upload(*, store: Store, content: bytes, file_name: str, reason: str) -> Upload:
    """This will keep a file until somebody has said what its columns are."""
    return Upload.objects.create(
        store=store,
        content=content,
        file_name=file_name[-255:],
        reason=reason,
        created_at=timezone.now(),
    )


@transaction.atomic
def start_from_file(
    *, store: Store, by: Actor, sheet: Sheet, reason: str, content: bytes, file_name: str
) -> BulkAdjustment:
    """This will draft what a file says by itself.

    Where it hides a column that says something too, the file is kept, for who wants that one.
    """
    job = _start(
        store=store, by=by, sheet=sheet, reason=reason, content=content, file_name=file_name
    )
    if sheet.hidden_columns:
        upload = keep_upload(store=store, content=content, file_name=file_name, reason=reason)
        upload.job = job
        upload.save(update_fields=["job"])
    return job


@transaction.atomic
def start_from_upload(
    *, upload: Upload, by: Actor, sheet: Sheet, reason: str, choice: Mapping[str, object]
) -> BulkAdjustment:
    """This will draft what an upload says by `choice`, instead of what it said by an earlier one.

    Raises: operations.NotPossible when that draft was confirmed meanwhile.
    """
    upload = Upload.objects.select_for_update().get(id=upload.id)
    before, upload.job = upload.job, None
    upload.choice, upload.reason = dict(choice), reason
    upload.save(update_fields=["job", "choice", "reason"])
    if before is not None:
        if before.status not in {JobStatus.WRITING, JobStatus.DRAFT}:
            raise operations.NotPossible
        operations.cancel_bulk_adjustment(job=before, by=by)
    upload.job = _start(
        store=upload.store,
        by=by,
        sheet=sheet,
        reason=reason,
        content=bytes(upload.content),
        file_name=upload.file_name,
    )
    upload.save(update_fields=["job"])
    return upload.job


def forget_old(*, now: dt.datetime) -> None:
    """This will delete the uploads that nobody came back to; their drafts stay."""
    Upload.objects.filter(created_at__lt=now - KEPT_FOR).delete()


def _start(
    *, store: Store, by: Actor, sheet: Sheet, reason: str, content: bytes, file_name: str
) -> BulkAdjustment:
    return operations.start_bulk_adjustment(
        store=store,
        by=by,
        sheet=sheet,
        reason=reason,
        source=BulkAdjustment.Source.PAGE,
        file_name=file_name,
        content_digest=earlier.digest_of_content(content),
    )
