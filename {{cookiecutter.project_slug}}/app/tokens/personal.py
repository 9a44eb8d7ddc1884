"""The page where people make tokens for themselves, and revoke them."""

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ..signin.account.recent_sign_in import recent_sign_in_required
from ..signin.auth import audit, sessions
from ..signin.database import now
from ..signin.forms import Form
from ..signin.host import db
from ..signin.models import ApiToken
from ..signin.oauth.claims import printable
from . import grants
from .scopes import SCOPES

ENDPOINT = "tokens.personal"
MOST = 50
SHOWN = ("personal", "refresh")
LIFETIMES = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "1 year"}

bp = Blueprint("tokens", __name__, template_folder="templates")


class TokenForm(Form):
    """A new personal token."""

    name = StringField(
        "Name",
        validators=[InputRequired("Enter a name, such as “backup script”."), Length(max=100)],
    )
    scopes = SelectMultipleField(
        "What it may do",
        choices=SCOPES,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[InputRequired("Choose at least one.")],
    )
    days = SelectField(
        "Ends after",
        choices=LIFETIMES,
        default="30",
    )

    def validate_name(self, field: StringField) -> None:
        """Refuse a name without visible characters, or with control characters."""
        field.data = " ".join((field.data or "").split())
        if not field.data or printable(field.data) != field.data:
            raise ValidationError("Enter a name with visible characters.")


@bp.route("/account/tokens", methods=["GET", "POST"])
@sessions.login_required
@recent_sign_in_required
def personal() -> Response | str:
    """Show this user's tokens and the programs that are signed in; make a new token.

    A new one is shown in the answer to the form and nowhere else.
    """
    form, new = TokenForm(), ""
    user_id = sessions.user().id
    if form.validate_on_submit():
        if _count(user_id) >= MOST:
            flash(f"You have {MOST} tokens already. Revoke some that you do not need.", "error")
            return redirect(url_for(ENDPOINT), code=303)
        scope = " ".join(name for name in SCOPES if name in (form.scopes.data or ()))
        new = grants.personal(user_id, form.name.data or "", scope, int(form.days.data))
        audit.record("token_created", user_id=user_id)
        db.session.commit()
        form = TokenForm(formdata=None)
    return render_template(
        "tokens/personal.html", form=form, new=new, tokens=_mine(user_id), permissions=SCOPES
    )


@bp.post("/account/tokens/<int(max=2147483647):token_id>/revoke")
@sessions.login_required
def revoke(token_id: int) -> Response:
    """Revoke a token of this user; one of a signed-in program with all of its family."""
    user_id = sessions.user().id
    mine = ApiToken.user_id == user_id
    token = db.session.scalar(select(ApiToken).where(ApiToken.id == token_id, mine))
    if token is not None:
        grants.revoke(
            mine, ApiToken.family == token.family if token.family else ApiToken.id == token_id
        )
        audit.record("token_revoked", user_id=user_id)
        db.session.commit()
        flash(f"“{token.name}” is revoked.", "success")
    return redirect(url_for(ENDPOINT), code=303)


@bp.post("/account/tokens/revoke-all")
@sessions.login_required
def revoke_all() -> Response:
    """Revoke every token of this user."""
    user_id = sessions.user().id
    if grants.revoke(ApiToken.user_id == user_id):
        audit.record("token_revoked", user_id=user_id, reason="all")
    db.session.commit()
    flash("All tokens are revoked.", "success")
    return redirect(url_for(ENDPOINT), code=303)


def _mine(user_id: int) -> list[ApiToken]:
    """Return the tokens to list: personal ones, and for each signed-in program its last one."""
    shown = ApiToken.kind.in_(SHOWN), ApiToken.replaced_at.is_(None), ApiToken.expires_at > now()
    rows = select(ApiToken).where(ApiToken.user_id == user_id, *shown)
    return list(db.session.scalars(rows.order_by(ApiToken.id.desc()).limit(2 * MOST)))


def _count(user_id: int) -> int:
    mine = ApiToken.user_id == user_id, ApiToken.kind == "personal", ApiToken.expires_at > now()
    return db.session.scalar(select(func.count()).select_from(ApiToken).where(*mine)) or 0
