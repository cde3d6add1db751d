"""The list itself: see states.py for what its words mean."""

from __future__ import annotations

from tests.browser.gallery import seed
from tests.browser.gallery.states import (
    MADE,
    STYLEGUIDE,
    State,
    adjusts,
    asks_before_cancelling,
    at,
    brings_no_code,
    customer,
    declines,
    deletes,
    edits,
    has_styleguide,
    job,
    lists_shortcuts,
    opens_slowly,
    opens_with_no_token,
    saves,
    sends_no_file,
    sends_nonsense,
    starts_yesterday,
    styleguide,
    switch_fails,
    zid_fails,
)


def outcome_of(status: str) -> str:
    customer_id, line_id = seed.SINGLE_LINES[status]
    return f"/customers/{customer_id}/adjustments/{line_id}/"


PROGRAM = [
    State(name="The program", shows="program", bring_about=at("/program/")),
    State(name="The program, switched off", shows="program", store_id=90002,
          bring_about=at("/program/")),
    State(name="The program without cashback rules", shows="program", store_id=90003,
          bring_about=at("/program/")),
    State(name="The program without redemption methods", shows="program", store_id=90004,
          bring_about=at("/program/")),
    State(name="The program while Zid is down", shows="program", status=502,
          bring_about=zid_fails("/program/", status=503)),
    State(name="The program when Zid allows no more requests", shows="program", status=503,
          store_id=90003, bring_about=zid_fails("/program/", status=429)),
    State(name="The program when Zid takes the token no more", shows="program", status=403,
          store_id=90005, bring_about=zid_fails("/program/", status=401)),
    State(name="A switch that Zid refuses", shows="program", status=422,
          bring_about=switch_fails(path="points-collection/update-status", status=422)),
    State(name="A switch while Zid is down", shows="program", status=502,
          bring_about=switch_fails(path="managers/", status=503)),
]  # fmt: skip
CUSTOMERS = [
    State(name="Find a customer", shows="find-customer", bring_about=at("/customers/")),
    State(name="Find a customer, nothing typed", shows="find-customer", status=422,
          bring_about=at("/customers/?customer_id=")),
    State(name="A customer whom the store does not have", shows="read-customer", status=404,
          bring_about=customer(99_999_999)),
    State(name="A customer with a history", shows="read-customer", bring_about=customer(1024)),
    State(name="A customer without a history", shows="read-customer", bring_about=customer(1001)),
    State(name="A customer without a name", shows="read-customer", bring_about=customer(1053)),
    State(name="A customer while Zid is down", shows="read-customer", status=502,
          bring_about=zid_fails("/customers/1024/", status=503)),
    State(name="An adjustment without a reason", shows="adjust-customer-points", store_id=90005,
          status=422,
          bring_about=adjusts(2_000_018, points=5, reason="", shows="#id_reason_error")),
    State(name="An adjustment that was made", shows="adjust-customer-points", store_id=90005,
          bring_about=adjusts(2_000_020, points=50, reason="هدية", shows=MADE)),
    State(name="An adjustment that Zid refused", shows="adjust-customer-points", store_id=90005,
          bring_about=adjusts(2_000_022, points=900_000, reason="تصحيح", action="take",
                              shows=".zid-alert")),
    State(name="An adjustment whose answer was lost", shows="read-customer",
          bring_about=customer(seed.UNKNOWN_CUSTOMER)),
    State(name="An adjustment to decide", shows="read-customer",
          bring_about=customer(seed.UNSETTLED_CUSTOMER)),
    State(name="An adjustment's own page, made", shows="read-adjustment",
          bring_about=at(outcome_of("applied"))),
    State(name="An adjustment's own page, refused", shows="read-adjustment",
          bring_about=at(outcome_of("rejected"))),
    State(name="An adjustment's own page, not made", shows="read-adjustment",
          bring_about=at(outcome_of("skipped"))),
]  # fmt: skip
BULK = [
    State(name="Bulk adjustments, none yet", shows="list-bulk-adjustments", store_id=90004,
          bring_about=at("/bulk-adjustments/")),
    State(name="Bulk adjustments, every kind", shows="list-bulk-adjustments",
          bring_about=at("/bulk-adjustments/")),
    State(name="Bulk adjustments, a page of many", shows="list-bulk-adjustments", store_id=90002,
          bring_about=at("/bulk-adjustments/?page=2")),
    State(name="A new bulk adjustment without a file", shows="start-bulk-adjustment", status=422,
          bring_about=sends_no_file),
    State(name="A new bulk adjustment with a file of nonsense", shows="start-bulk-adjustment",
          status=422, bring_about=sends_nonsense),
    State(name="A draft that is to start in the past", shows="confirm-bulk-adjustment", status=422,
          bring_about=starts_yesterday),
    *(
        State(name=f"Bulk adjustment, {name}", shows="read-bulk-adjustment",
              store_id=seed.job_store(name), bring_about=job(name))
        for name in seed.JOBS
        if name != "broken"
    ),
    State(name="Bulk adjustment, before the rest is cancelled", shows="read-bulk-adjustment",
          store_id=seed.RUNNING_STORE_ID, bring_about=asks_before_cancelling),
    State(name="The question before the rest is cancelled, on its own page",
          shows="cancel-bulk-adjustment", bring_about=job("queued", "cancel/")),
    State(name="Bulk adjustment, the second page of its lines", shows="read-bulk-adjustment",
          store_id=seed.RUNNING_STORE_ID, bring_about=job("running", "?page=2")),
    State(name="Bulk adjustment, no lines of this outcome", shows="read-bulk-adjustment",
          bring_about=job("finished", "?outcome=rejected")),
]  # fmt: skip
SETTINGS = [
    State(name="Edit a cashback rule", shows="update-cashback-rule",
          bring_about=edits("cashback-rule")),
    State(name="Edit a cashback rule, with a mistake", shows="update-cashback-rule", status=422,
          bring_about=edits("cashback-rule", typed="1.5")),
    State(name="Edit a cashback rule that was changed meanwhile", shows="update-cashback-rule",
          status=409, bring_about=edits("cashback-rule", stale=True)),
    State(name="Edit a redemption method", shows="update-redemption-method",
          bring_about=edits("redemption-method")),
    State(name="Edit a redemption method that was changed meanwhile",
          shows="update-redemption-method", status=409,
          bring_about=edits("redemption-method", stale=True)),
    State(name="Add a redemption method", shows="add-redemption-method",
          bring_about=at("/redemption-methods/add/")),
    State(name="Add a redemption method, with mistakes", shows="add-redemption-method",
          status=422, bring_about=saves("/redemption-methods/add/", typed="0")),
    State(name="Delete a redemption method", shows="delete-redemption-method",
          bring_about=deletes),
    State(name="The expiry of points", shows="set-points-expiration",
          bring_about=at("/program/points-expiration/")),
    State(name="The expiry of points, with a mistake", shows="set-points-expiration", status=422,
          bring_about=saves("/program/points-expiration/", typed="0")),
]  # fmt: skip
ACTIVITY = [
    State(name="The activity", shows="list-activity", store_id=seed.QUIET_STORE_ID,
          bring_about=at("/activity/")),
    State(name="The activity before anything was changed", shows="list-activity", store_id=90004,
          bring_about=at("/activity/")),
    State(name="The activity of no such day", shows="list-activity",
          store_id=seed.QUIET_STORE_ID, bring_about=at("/activity/?until=2001-01-01")),
]  # fmt: skip
OTHERS = [
    State(name="Another page while a bulk adjustment runs", shows="list-activity",
          store_id=seed.RUNNING_STORE_ID, bring_about=at("/activity/?until=2001-01-01")),
    State(name="The keyboard shortcuts", shows="find-customer", bring_about=lists_shortcuts),
    State(name="The app opens", shows="open-embedded-app", bring_about=opens_slowly,
          leaves_a_mess=True),
    State(name="The app does not open", shows="open-embedded-app", status=403,
          bring_about=opens_with_no_token),
    State(name="A page that does not exist", shows="program", status=404,
          bring_about=at("/program/no-such-page/")),
    State(name="An error of ours", shows="read-bulk-adjustment", status=500,
          bring_about=job("broken")),
    State(name="Installation without a subscription", shows="zid_callback", store_id=None,
          status=403, bring_about=at("/zid/callback?error_code=EC3")),
    State(name="Installation with an old link", shows="zid_callback", store_id=None, status=400,
          bring_about=at("/zid/callback?state=old&code=old")),
    State(name="Installation declined", shows="zid_callback", store_id=None, status=403,
          bring_about=declines),
    State(name="Installation that failed", shows="zid_callback", store_id=None, status=400,
          bring_about=brings_no_code),
]  # fmt: skip
STYLEGUIDES = [
    State(name="The styleguide", shows=STYLEGUIDE, bring_about=styleguide, is_for_merchants=False),
]  # fmt: skip

CATALOGUE = [
    *PROGRAM, *SETTINGS, *CUSTOMERS, *BULK, *ACTIVITY, *OTHERS,
    *(STYLEGUIDES if has_styleguide() else []),
]  # fmt: skip
