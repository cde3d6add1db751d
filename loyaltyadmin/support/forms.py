from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from loyaltyadmin.support import limits


class SignInForm(AdminAuthenticationForm):
    """Django's, with a limit to guessing."""

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username") or ""
        if limits.is_closed(name=name):
            raise ValidationError("Too many attempts. Try again in a quarter of an hour.")
        try:
            return super().clean()
        except ValidationError:
            limits.note_failure(name=name)
            raise
