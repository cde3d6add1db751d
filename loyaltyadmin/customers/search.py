"""Finds customers by what is typed, from the first letters on.

Every customer has a row for each word of their name, of their address and for their numbers
(directory.words_for), and an index finds the words that begin as what was typed. Only when nobody
is found that way are small mistakes forgiven: a letter too many, too few, another one, or two that
changed places, in each word of at least four letters (docs/adr/0016).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from loyaltyadmin.customers import folding
from loyaltyadmin.customers.models import CustomerQuerySet, Word
from loyaltyadmin.stores.models import Store

# Nobody turns over more pages than these. And it is what makes the first letter as quick as the
# last one: the index is read until there are so many, and not to its end.
MOST_FOUND = 500
MANY = 10_000
MOST_WORDS = 6
LONGEST_TYPED = 200
# Shorter beginnings are those of half the customers' numbers.
FEWEST_DIGITS = 3
FEWEST_FORGIVEN = 4
_ALPHABETS = ("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "abcdefghijklmnopqrstuvwxyz")
# Digits as they stand in a number that is written in groups.
_NUMBER = re.compile(r"[+(]?\d[\d\s()./-]*\d|\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Customers that match; whether mistakes had to be forgiven, and whether there are more."""

    customers: CustomerQuerySet
    count: int | None = None  # None where nobody has counted
    is_forgiving: bool = False
    has_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """What one word or number that was typed asks of a customer."""

    beginnings: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    address: str = ""

    def asks(self, *, of: str = "") -> Q:
        """The condition, `of` the way from the model to its word."""
        condition = Q(**{f"{of}word__in": self.words}) if self.words else Q()
        for beginning in self.beginnings:
            condition |= Q(**{f"{of}word__begins": beginning})
        return condition


def search(*, store: Store, customers: CustomerQuerySet, typed: str) -> Found:
    """This will narrow customers of a store down to those that match all that was typed.

    Matches are words that begin so, in any order. What says nothing narrows nothing.
    """
    typed = typed[:LONGEST_TYPED]
    if not (terms := list(_terms(typed, store=store))):
        return Found(customers=customers)
    if ids := _ids(customers, terms=terms, store=store):
        return _found(customers, ids=ids)
    terms = list(_terms(typed, store=store, is_forgiving=True))
    return _found(customers, ids=_ids(customers, terms=terms, store=store), is_forgiving=True)


def _found(customers: CustomerQuerySet, *, ids: list[int], is_forgiving: bool = False) -> Found:
    return Found(
        customers=customers.filter(id__in=ids[:MOST_FOUND]),
        count=min(len(ids), MOST_FOUND),
        is_forgiving=is_forgiving,
        has_more=len(ids) > MOST_FOUND,
    )


def _ids(customers: CustomerQuerySet, *, terms: list[_Term], store: Store) -> list[int]:
    """The first customers that match all terms, looked for among those of the rarest term."""
    sizes = [_size(term, store=store) if len(terms) > 1 else 1 for term in terms]
    if 0 in sizes:
        return []
    (_, rarest), *others = sorted(zip(sizes, terms, strict=True), key=lambda pair: pair[0])
    found = customers.order_by()
    if rarest.address:
        found = found.filter(email__begins=rarest.address)
    else:
        found = found.filter(rarest.asks(of="words__"), words__store=store)
    for size, term in others:
        words = Word.objects.filter(term.asks(), store=store)
        if term.address:
            found = found.filter(email__begins=term.address)
        elif size < MANY:
            found = found.filter(id__in=words.values("customer_id"))
        else:  # so many have it that each one found is asked instead
            found = found.filter(Exists(words.filter(customer=OuterRef("id"))))
    # A customer with two such words comes twice.
    return list(dict.fromkeys(found.values_list("id", flat=True)[: MOST_FOUND + 1]))


def _size(term: _Term, *, store: Store) -> int:
    """How many words match, up to MANY."""
    if term.address:
        return 1
    return Word.objects.filter(term.asks(), store=store)[:MANY].count()


def _terms(typed: str, *, store: Store, is_forgiving: bool = False) -> Iterator[_Term]:
    parts = typed.split()
    for part in parts:
        if "@" in part and (address := folding.email_of(part)) != "@":
            yield _Term(address=address)
    rest = folding.fold(" ".join(part for part in parts if "@" not in part))
    for number in _NUMBER.findall(rest)[:MOST_WORDS]:
        yield _like_number(number, store=store)
    for name in folding.words_of(_NUMBER.sub(" ", rest))[:MOST_WORDS]:
        yield _forgiving(name) if is_forgiving else _Term(beginnings=(name,))


def _forgiving(name: str) -> _Term:
    if len(name) < FEWEST_FORGIVEN:
        return _Term(beginnings=(name,))
    bare = folding.without_article(name)
    forms = (name, bare) if bare else (name,)
    return _Term(beginnings=forms, words=tuple(it for form in forms for it in mistaken(form)))


def _like_number(number: str, *, store: Store) -> _Term:
    """The beginning of a mobile, however its country is written, or of a customer's number."""
    digits = "".join(letter for letter in number if letter.isdigit())
    if len(digits) < FEWEST_DIGITS:
        return _Term(words=(digits,))
    mobile = folding.typed_number(number, currency=store.currency)
    forms = {digits, mobile} if len(mobile) > 1 else {digits}
    return _Term(beginnings=tuple(sorted(forms)))


def mistaken(word: str) -> list[str]:
    """This will give every word that differs from this one by one small mistake."""
    letters = next((it for it in _ALPHABETS if word[0] in it), "")
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    fewer = {left + right[1:] for left, right in splits if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    other = {left + it + right[1:] for left, right in splits if right for it in letters}
    more = {left + it + right for left, right in splits for it in letters}
    return sorted((fewer | swapped | other | more) - {word})
