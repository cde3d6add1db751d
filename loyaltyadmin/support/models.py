from __future__ import annotations

from typing import ClassVar

from django.db import models


class FailedSignIn(models.Model):
    """That somebody tried to sign in to the console and could not: counted over all processes."""

    # Whoever mistypes may type a password here.
    name_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"failed sign-in at {self.at:%Y-%m-%d %H:%M:%S}"
