"""Made-up customers: the same ones for the same seed, with the holes that real ones have."""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Iterator
from typing import Any

from tests.zid_sandbox import clock

MEN = [
    ("محمد", "Mohammed"), ("عبدالله", "Abdullah"), ("فهد", "Fahad"), ("سعود", "Saud"),
    ("خالد", "Khalid"), ("تركي", "Turki"), ("عمر", "Omar"), ("يوسف", "Yousef"),
    ("ماجد", "Majed"), ("بندر", "Bandar"), ("إبراهيم", "Ibrahim"), ("راكان", "Rakan"),
]  # fmt: skip
WOMEN = [
    ("نورة", "Noura"), ("سارة", "Sarah"), ("ريم", "Reem"), ("هند", "Hind"),
    ("لطيفة", "Latifa"), ("مها", "Maha"), ("أمل", "Amal"), ("جواهر", "Jawaher"),
    ("شهد", "Shahad"), ("لمى", "Lama"), ("العنود", "Alanoud"), ("دانة", "Danah"),
]  # fmt: skip
FAMILIES = [
    ("القحطاني", "Alqahtani"), ("العتيبي", "Alotaibi"), ("الحربي", "Alharbi"),
    ("الشمري", "Alshammari"), ("الغامدي", "Alghamdi"), ("الزهراني", "Alzahrani"),
    ("الدوسري", "Aldossari"), ("المطيري", "Almutairi"), ("السبيعي", "Alsubaie"),
    ("العنزي", "Alanazi"), ("الشهري", "Alshehri"), ("البلوي", "Albalawi"),
]  # fmt: skip
CITIES = [
    (1, "الرياض", "Riyadh"), (2, "جدة", "Jeddah"), (3, "مكة المكرمة", "Makkah"),
    (4, "المدينة المنورة", "Madinah"), (5, "الدمام", "Dammam"), (6, "أبها", "Abha"),
    (7, "تبوك", "Tabuk"), (8, "الخبر", "Khobar"), (9, "بريدة", "Buraydah"),
]  # fmt: skip
TAGS = [(11, "عميل مميز"), (12, "جملة"), (13, "VIP"), (14, "مؤثر"), (15, "عائد")]

# Every eighth customer starts with points: 1008, 1016 … in the first store.
WITH_POINTS_EVERY = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    name: str | None
    is_active: bool
    # The fields of the contract's Customer other than id, name, is_active and points.
    details: dict[str, Any]


def people(
    count: int, *, store_index: int, seed: int, today: datetime.datetime
) -> Iterator[Person]:
    dice = random.Random(f"people-{seed}-{store_index}")  # noqa: S311  # names, not secrets
    for index in range(count):
        yield _person(index, store_index=store_index, dice=dice, today=today)


def _person(
    index: int, *, store_index: int, dice: random.Random, today: datetime.datetime
) -> Person:
    is_woman = dice.random() < 0.5
    first, family = dice.choice(WOMEN if is_woman else MEN), dice.choice(FAMILIES)
    in_english = dice.random() < 0.3
    orders = dice.choice([0, 0, 1, 1, 2, 3, 5, 8, 13])
    created = today - datetime.timedelta(
        days=dice.randrange(1, 1200), seconds=dice.randrange(86400)
    )
    is_business = dice.random() < 0.04
    number = store_index * 1_000_000 + index + 1
    details: dict[str, Any] = {
        "email": f"{first[1]}.{family[1]}.{number}@example.com".lower(),
        "mobile": f"9665{number:08d}",
        "gender": "female" if is_woman else "male",
        "birth_date": f"{dice.randrange(1960, 2008)}-{dice.randrange(1, 13):02}-"
        f"{dice.randrange(1, 29):02}",
        "verified": dice.choice([True, False, 1, 0]),
        "type": "business" if is_business else "individual",
        "business_name": f"مؤسسة {family[0]} التجارية" if is_business else None,
        "order_total_payments": f"{orders * dice.randrange(40, 900)}.{dice.randrange(100):02}"
        + "0" * dice.choice([0, 12, 15])
        if orders
        else "0",
        "last_order_date": clock.plain(created + (today - created) / 2) if orders else None,
        "order_counts": orders,
        "city": _city(dice),
        "tags": [{"id": tag, "name": name} for tag, name in _some_tags(dice)],
        "created_at": clock.plain(created),
    }
    name: str | None = f"{first[in_english]} {family[in_english]}"
    if index % 53 == 52:
        name = None
    return Person(name, dice.random() > 0.03, _with_holes(details, dice))


def _city(dice: random.Random) -> dict[str, Any]:
    number, arabic, english = dice.choice(CITIES)
    return {"id": number, "name": arabic, "ar_name": arabic, "en_name": english}


def _some_tags(dice: random.Random) -> list[tuple[int, str]]:
    return dice.sample(TAGS, dice.choice([0, 0, 0, 1, 1, 2]))


def _with_holes(details: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """Fields that shoppers leave empty, and a few that Zid leaves out altogether."""
    if dice.random() < 0.35:
        details["email"] = dice.choice(["", None])
    if dice.random() < 0.02:
        details["mobile"] = None
    for field in ("gender", "birth_date", "city"):
        chance = dice.random()
        if chance < 0.25:
            details[field] = None
        elif chance < 0.28:
            del details[field]
    return details
