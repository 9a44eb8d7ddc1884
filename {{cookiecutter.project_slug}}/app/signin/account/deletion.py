"""Let users delete their account."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ..auth import audit, lifecycle, sessions
from ..auth.errors import IdentityError
from ..database import transaction
from ..host import HOME
from .blueprint import bp, current
from .forms import DeleteForm
from .recent_sign_in import recent_sign_in_required

IN_USE = (
    "Your account cannot be deleted here, because other records still refer to it. Please write to"
    " the people who run this site."
)


@bp.route("/delete", methods=["GET", "POST"])
@recent_sign_in_required
def delete() -> Response | str:
    """Ask for confirmation, and delete the account with everything that belongs to it."""
    form = DeleteForm()
    if not form.validate_on_submit():
        return render_template("signin/account/delete.html", form=form)
    user_id = current().user_id
    try:
        transaction(lambda: lifecycle.delete_account(user_id))
    except IdentityError as error:
        audit.log_only("refused", reason=error.reason, detail=str(error))
        flash(IN_USE, "error")
        return redirect(url_for("signin_account.delete"), code=303)
    sessions.clear_cookie()
    flash("Your account and all its data have been deleted.", "success")
    return redirect(HOME, code=303)
