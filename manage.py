#!/usr/bin/env python
"""Django's command line."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from loyaltyadmin.web import development

if __name__ == "__main__":
    development.load_last_run()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyaltyadmin.settings")
    execute_from_command_line(sys.argv)
