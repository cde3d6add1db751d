from __future__ import annotations

import sys

from tests.zid_sandbox import cli

sys.exit(cli.main())
