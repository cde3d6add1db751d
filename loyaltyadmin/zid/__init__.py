"""The client of Zid's Merchant API: the only part of loyaltyadmin that talks to Zid.

It speaks to ``api.zid.sa`` (the Merchant API and the storefront's loyalty pages) and to
``oauth.zid.sa`` (tokens), as Zid specifies them on docs.zid.sa; what Zid does otherwise than its
documentation says is written down in ``tests/zid_sandbox/NOTES.md``, and each method names its
page.

It knows no Django, no setting and no row of ours: stores, pacing and the keeping of tokens are
handed in. It refuses to leak what it is trusted with: no token, no query string, no body and
nothing personal reaches a log record, an exception or a ``repr``.

And it refuses to guess. A read may be repeated; a write is sent again only when it provably never
arrived or was refused. Everything else is ``errors.OutcomeUnknown``, since moving points is not
idempotent.
"""

from __future__ import annotations
