from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.lookups import Lookup

from loyaltyadmin.stores.models import Store

END = "\U0010ffff"


@models.CharField.register_lookup
class Begins(Lookup):
    """`word__begins="نور"`: startswith as an index can answer it, on SQLite too.

    There Django's own becomes a LIKE that ignores case, which no index of ours knows.
    """

    lookup_name = "begins"

    def as_sql(self, compiler, connection):  # type: ignore[no-untyped-def]
        column, column_params = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        if connection.vendor == "sqlite":
            return f"{column} >= %s AND {column} < %s", [
                *column_params, text, *column_params, text + END,
            ]  # fmt: skip
        for sign in ("\\", "%", "_"):
            text = text.replace(sign, f"\\{sign}")
        return f"{column} LIKE %s", [*column_params, f"{text}%"]


class CustomerQuerySet(models.QuerySet["Customer"]):
    def present(self) -> CustomerQuerySet:
        """Customers that Zid still has."""
        return self.filter(gone_at=None)


class Customer(models.Model):
    """A customer as Zid told us last: the store's own copy, to search, filter and count.

    Nothing is decided by it alone: before points move, Zid judges. What Zid no longer has is
    marked and stays, because adjustments name it.
    """

    store = models.ForeignKey(
        Store, on_delete=models.CASCADE, related_name="customers", db_index=False
    )
    customer_id = models.BigIntegerField(help_text="Zid's own number")
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True, help_text="as it is compared")
    mobile = models.CharField(
        max_length=32, blank=True, help_text="international digits without a plus"
    )
    points = models.BigIntegerField(default=0, help_text="0 for one who never had any")
    orders_count = models.BigIntegerField(default=0)
    paid_amount = models.DecimalField(
        max_digits=18, decimal_places=3, default=0, help_text="all orders, in major units"
    )
    last_order_at = models.DateTimeField(null=True)
    city = models.CharField(max_length=100, blank=True)
    # One a line, with a line's end on both sides: so each is found whole, on every database.
    tags_text = models.TextField(blank=True)
    birth_date = models.DateField(null=True)
    is_active = models.BooleanField(null=True)
    updated_at = models.DateTimeField(null=True, help_text="when Zid says that it last changed")
    read_at = models.DateTimeField(help_text="when the call began that told all this")
    gone_at = models.DateTimeField(null=True, help_text="when Zid was found not to have it")
    # Who has no name comes last. A column, because SQLite finds no index on an expression whose
    # constant Django sends as a parameter.
    is_nameless = models.GeneratedField(
        expression=models.ExpressionWrapper(Q(name=""), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects: ClassVar[CustomerQuerySet] = CustomerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "customer_id"], name="one_row_per_customer")
        ]
        indexes: ClassVar = [
            models.Index(fields=["store", "mobile"], name="customers_by_mobile"),
            models.Index(
                fields=["store", "email"],
                name="customers_by_email",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
            models.Index(
                fields=["store", "is_nameless", "name", "customer_id"], name="customers_by_name"
            ),
            models.Index(fields=["store", "points"], name="customers_by_points"),
            models.Index(fields=["store", "read_at"], name="customers_by_reading"),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} of store {self.store_id}"

    @property
    def tags(self) -> list[str]:
        return self.tags_text.split("\n")[1:-1]


class Word(models.Model):
    """A word that a customer is found by: of the name, the e-mail address, a number."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=40)

    class Meta:
        indexes: ClassVar = [
            # With the customer in it, the index alone answers who has a word.
            models.Index(
                fields=["store", "word", "customer"],
                name="customers_by_word",
                opclasses=["int8_ops", "varchar_pattern_ops", "int8_ops"],
            )
        ]

    def __str__(self) -> str:
        return f"a word of customer {self.customer_id}"


class Directory(models.Model):
    """How far a store's copy of its customers is.

    A fetch reads every page, one after another, and then asks about the customers that were on
    none. Where it is stands here, so whoever comes next goes on.
    """

    store = models.OneToOneField(
        Store, on_delete=models.CASCADE, primary_key=True, related_name="directory"
    )
    fetched_at = models.DateTimeField(
        null=True, help_text="when the last fetch that was finished began"
    )
    due_at = models.DateTimeField(help_text="when the next fetch is to begin")
    started_at = models.DateTimeField(null=True, help_text="when the one under way began")
    page = models.PositiveIntegerField(default=1, help_text="the one to read next")
    are_pages_read = models.BooleanField(default=False)
    seen_count = models.PositiveIntegerField(default=0, help_text="customers on the pages so far")
    total_count = models.PositiveBigIntegerField(null=True, help_text="as Zid says")
    checked_count = models.PositiveIntegerField(
        default=0, help_text="customers on no page that were asked about"
    )
    holder = models.UUIDField(null=True, help_text="which process is at it")
    held_until = models.DateTimeField(null=True)
    wait_until = models.DateTimeField(null=True, help_text="not before, after trouble with Zid")

    def __str__(self) -> str:
        return f"directory of store {self.store_id}"

    @property
    def is_under_way(self) -> bool:
        return self.started_at is not None

    @property
    def shown_count(self) -> int:
        """Never more than there are: pages shift, and may show somebody twice."""
        return min(self.seen_count, self.total_count or 0)


class Hint(models.Model):
    """A customer who may have changed at Zid, to be looked at again."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer_id = models.BigIntegerField()
    hinted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "customer_id"], name="one_hint_per_customer")
        ]

    def __str__(self) -> str:
        return f"hint at customer {self.customer_id} of store {self.store_id}"
