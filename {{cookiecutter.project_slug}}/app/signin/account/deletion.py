"""Let users delete their account."""

from flask import flash, redirect, render_template
from werkzeug.wrappers import Response

from ..auth import accounts, sessions
from ..host import HOME, db
from .blueprint import bp, current
from .forms import DeleteForm
from .recent_sign_in import recent_sign_in_required


@bp.route("/delete", methods=["GET", "POST"])
@recent_sign_in_required
def delete() -> Response | str:
    """Ask for confirmation, and delete the account with everything that belongs to it."""
    form = DeleteForm()
    if not form.validate_on_submit():
        return render_template("signin/account/delete.html", form=form)
    accounts.delete_account(current().user_id)
    db.session.commit()
    sessions.clear_cookie()
    flash("Your account and all its data have been deleted.", "success")
    return redirect(HOME, code=303)
