"""The profile: name and picture."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ..auth import auth
from ..db import db
from ..models import Identity
from .blueprint import bp, current, my_identities
from .forms import CURRENT, INITIALS, ProfileForm


@bp.route("", methods=["GET", "POST"])
def profile() -> str | Response:
    """Show the profile, and take changes to it."""
    user, mine = current().user, my_identities()
    form = ProfileForm(name=user.name, picture=_chosen(mine))
    form.offer((identity, auth().settings.label(identity.provider)) for identity in mine)
    by_id = {str(identity.id): identity for identity in mine}
    if form.validate_on_submit():
        if form.name.data != user.name:
            user.name, user.name_edited = form.name.data, True
        if form.picture.data != _chosen(mine):
            one = by_id.get(form.picture.data)
            user.picture, user.picture_edited = one.picture if one else None, True
        db.session.commit()
        flash("Saved.", "success")
        return redirect(url_for("account.profile"), code=303)
    return render_template("account/profile.html", form=form, user=user, identities=by_id)


def _chosen(mine: list[Identity]) -> str:
    picture = current().user.picture
    if not picture:
        return INITIALS
    return next((str(one.id) for one in mine if one.picture == picture), CURRENT)
