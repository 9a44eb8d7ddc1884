from datetime import date, timedelta

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template
from flask import request, url_for
from flask_login import current_user, login_required
from sqlalchemy import select

from library.database import db
from library.models import Loan

bp = Blueprint("loans", __name__)


@bp.get("/")
def index():
    return render_template("index.html")


@bp.post("/loans")
@login_required
def borrow():
    title = request.form.get("title", "").strip()
    if not 1 <= len(title) <= 200:
        abort(400, "Which book?")
    due = date.today() + timedelta(days=current_app.config["LOAN_DAYS"])
    db.session.add(Loan(account_id=current_user.id, title=title, due=due))
    db.session.commit()
    flash(f"Please bring it back by {due}.")
    return redirect(url_for("loans.index"))


@bp.post("/loans/<int:loan_id>/return")
@login_required
def give_back(loan_id: int):
    loan = db.get_or_404(Loan, loan_id)
    if loan.account_id != current_user.id and current_user.role != "librarian":
        abort(404)
    db.session.delete(loan)
    db.session.commit()
    return redirect(url_for("loans.index"))


@bp.get("/desk")
@login_required
def desk():
    if current_user.role != "librarian":
        abort(403, "This page is for librarians.")
    loans = db.session.scalars(select(Loan).order_by(Loan.due)).all()
    return render_template("desk.html", loans=loans)


@bp.get("/api/loans")
def api_loans():
    if not current_user.is_authenticated:
        return jsonify(error="not signed in"), 401
    return jsonify(loans=[
        {"id": loan.id, "title": loan.title, "due": loan.due.isoformat()}
        for loan in current_user.loans
    ])
