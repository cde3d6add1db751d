"""What this package returns: frozen values in the house's words, built from Zid's JSON.

Each is built by a ``from_payload`` that raises ``errors.UnexpectedPayload`` when a field we act
on is missing or odd; a decorative field becomes None instead.
"""

from __future__ import annotations

from loyaltyadmin.zid._account_types import Profile, StoreProfile, Tokens, WebhookSubscription
from loyaltyadmin.zid._customer_types import (
    Customer,
    CustomerPage,
    CustomerPoints,
    Direction,
    PointsEntry,
    ShopperPoints,
)
from loyaltyadmin.zid._program_types import (
    CashbackRule,
    InfoPage,
    Program,
    RedemptionKind,
    RedemptionMethod,
)

__all__ = [
    "CashbackRule",
    "Customer",
    "CustomerPage",
    "CustomerPoints",
    "Direction",
    "InfoPage",
    "PointsEntry",
    "Profile",
    "Program",
    "RedemptionKind",
    "RedemptionMethod",
    "ShopperPoints",
    "StoreProfile",
    "Tokens",
    "WebhookSubscription",
]
