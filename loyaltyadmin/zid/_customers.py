"""The store's customers: docs.zid.sa, "Customers"."""

from __future__ import annotations

from loyaltyadmin.zid._session import Call, ZidSession
from loyaltyadmin.zid.types import Customer, CustomerPage

_BASE = "/v1/managers/store/customers"

# The most that Zid gives on one page.
LARGEST_PAGE = 100


class Customers:
    """The store's customers. Zid documents no search: whoever looks for one reads all pages."""

    def __init__(self, session: ZidSession) -> None:
        self._session = session

    def list_customers(self, *, page: int = 1, per_page: int = LARGEST_PAGE) -> CustomerPage:
        """This will read one page of the customers.

        Shape: CustomerPage. There is no next-page link: go on until a page lists fewer than
        ``per_page`` customers or ``total_count`` is reached.
        Units: pages count from 1; up to 100 customers a page.
        Raises: UnexpectedPayload when no customer has an id; any ZidError of a read.
        Source: "Customers List", GET /v1/managers/store/customers, checked 2026-11, captured.
        """
        query = {"page": str(page), "per_page": str(per_page)}
        call = Call(verb="GET", template=_BASE, query=query)
        return CustomerPage.from_payload(self._session.send(call), endpoint=call.endpoint)

    def read_customer(self, *, customer_id: int | str) -> Customer:
        """This will read one customer.

        Shape: Customer.
        Units: points; amounts in major units of the store's currency.
        Raises: NotFound, UnexpectedPayload; any ZidError of a read.
        Source: "Customer Details", GET /v1/managers/store/customers/{customer_id},
        checked 2026-11, captured.
        """
        values = {"customer_id": customer_id}
        call = Call(verb="GET", template=f"{_BASE}/{{customer_id}}", values=values)
        return Customer.from_detail_payload(self._session.send(call), endpoint=call.endpoint)
