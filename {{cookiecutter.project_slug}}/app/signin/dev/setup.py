"""The setup page: the settings of each provider, ready to copy."""

from flask import Blueprint, render_template

from ..auth import settings
from ..auth.buttons import mark_file
from ..config import ROOT
from ..config.callback import needed_public_url
from ..config.providers import needed_settings

bp = Blueprint("signin_dev", __name__, url_prefix="/dev", template_folder="templates")


@bp.get("/setup")
def setup() -> str:
    """Show, for each provider, where to register, the callback URL and the settings."""
    return render_template(
        "signin/dev/setup.html",
        settings=settings(),
        needed_settings=needed_settings,
        needed_public_url=needed_public_url,
        env_file=ROOT / ".env",
        mark_file=mark_file,
    )
