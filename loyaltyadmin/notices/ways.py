"""In which ways one customer can be told, and what stands in the way of the others."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices import carriers
from loyaltyadmin.notices.addresses import address_of, fingerprint, token_of
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Fate, OptOut, Recipient
from loyaltyadmin.stores.models import Store

HINDRANCES = {
    (Channel.EMAIL, Fate.NO_ADDRESS): _("Zid has no e-mail address of this customer."),
    (Channel.EMAIL, Fate.OPTED_OUT): _("The customer asked not to be written to by e-mail."),
    (Channel.EMAIL, Fate.BOUNCED): _("The customer's e-mail address does not exist."),
    (Channel.SMS, Fate.NO_ADDRESS): _("Zid has no mobile number of this customer."),
    (Channel.SMS, Fate.OPTED_OUT): _("The customer asked not to get text messages."),
    (Channel.SMS, Fate.BOUNCED): _("The customer's mobile number does not exist."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A channel that is set up, and why this customer is not told on it, if so."""

    channel: Channel
    hindrance: Fate | None

    @property
    def why_not(self) -> str:
        return "" if self.hindrance is None else str(HINDRANCES[self.channel, self.hindrance])


def ways_to_tell(*, store: Store, customer_id: int) -> list[Way]:
    """This will give the ways that are set up, those that are of no use for the customer too.

    It writes nothing: who was never told is no recipient yet.
    """
    customer = Customer.objects.present().filter(store=store, customer_id=customer_id).first()
    return [
        Way(channel=channel, hindrance=_hindrance(customer, channel=channel))
        for channel in carriers.configured()
    ]


def _hindrance(customer: Customer | None, *, channel: Channel) -> Fate | None:
    address = address_of(customer, channel=channel) if customer else ""
    if customer is None or not address:
        return Fate.NO_ADDRESS
    store_id = customer.store_id
    mark = fingerprint(address, store_id=store_id, channel=channel)
    recipient = Recipient.objects.filter(
        store_id=store_id, channel=channel, fingerprint=mark
    ).first()
    if recipient is not None:
        return recipient.hindrance
    has_opted_out = OptOut.objects.filter(token=token_of(mark)).exists()
    return Fate.OPTED_OUT if has_opted_out else None
