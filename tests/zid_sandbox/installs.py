"""Ending an app's installation on a store, from the dashboard or for a test."""

from __future__ import annotations

from tests.zid_sandbox import tokens
from tests.zid_sandbox.world import World


def uninstall(world: World, store_id: int) -> None:
    """Take the app off the store.

    1. Its tokens, its embedded token and its webhooks end at once.
    2. The app hears of it by an app event, in the background.
    """
    with world.database.transaction():
        tokens.revoke(world.database, store_id=store_id)
        world.database.run("DELETE FROM webhooks WHERE store_id = ?", store_id)
        world.database.run(
            "UPDATE stores SET embedded_token = NULL, is_installed = 0 WHERE id = ?", store_id
        )
    world.send_app_event("app.market.application.uninstall", store_id)
