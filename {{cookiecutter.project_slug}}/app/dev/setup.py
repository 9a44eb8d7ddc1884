"""The setup page: what each provider needs, for copying."""

from flask import Blueprint, render_template

from ..auth import auth
from ..auth.buttons import mark_file
from ..config import ROOT

bp = Blueprint("dev", __name__, url_prefix="/dev", template_folder="templates")


@bp.get("/setup")
def setup() -> str:
    """Show where to register, the callback URL and the settings, provider by provider."""
    return render_template(
        "dev/setup.html",
        settings=auth().settings,
        env_file=ROOT / ".env",
        mark_file=mark_file,
    )
