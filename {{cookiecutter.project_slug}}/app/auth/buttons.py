"""The providers, as buttons of a page."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from flask import current_app, g, request

from .. import project
from . import auth

LAST_USED = f"{project.SLUG}_last_used"


def buttons(only: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Return a button for each provider, or for those named in `only`.

    In development also for what is not set up yet.  A page with these buttons must let its forms
    lead to other sites.
    """
    g.starts_sign_in = True
    settings = auth().settings
    known = {provider.name: provider for provider in settings.providers}
    known |= {client.provider.name: client.provider for client in settings.clients.values()}
    return [
        {
            "name": name,
            "label": provider.label,
            "mark": mark_file(name),
            "practice": name.startswith("practice"),
            "configured": name in settings.clients,
            "last_used": request.cookies.get(LAST_USED) == name,
        }
        for name, provider in known.items()
        if (only is None or name in only) and (settings.development or name in settings.clients)
    ]


def mark_file(name: str) -> str:
    """Return the static file of a provider's mark, or of the one for all others."""
    own = f"providers/{name}.svg"
    return own if Path(current_app.static_folder or "", own).is_file() else "providers/openid.svg"
