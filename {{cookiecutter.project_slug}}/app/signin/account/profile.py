"""The profile: name and picture."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ..auth import settings
from ..host import db
from ..models import Identity
from .blueprint import bp, current, my_identities
from .forms import CURRENT, INITIALS, ProfileForm


@bp.route("", methods=["GET", "POST"])
def profile() -> str | Response:
    """Show the profile; save changes to it."""
    user, identities = current().user, my_identities()
    form = ProfileForm(name=user.name, picture=_chosen(identities))
    form.offer((identity, settings().label(identity.provider)) for identity in identities)
    by_id = {str(identity.id): identity for identity in identities}
    if form.validate_on_submit():
        if form.name.data != user.name:
            user.name, user.name_edited = form.name.data, True
        if form.picture.data != _chosen(identities):
            one = by_id.get(form.picture.data)
            user.picture, user.picture_edited = one.picture if one else None, True
        db.session.commit()
        flash("Profile saved.", "success")
        return redirect(url_for("signin_account.profile"), code=303)
    return render_template("signin/account/profile.html", form=form, user=user, identities=by_id)


def _chosen(identities: list[Identity]) -> str:
    picture = current().user.picture
    if not picture:
        return INITIALS
    return next((str(one.id) for one in identities if one.picture == picture), CURRENT)
