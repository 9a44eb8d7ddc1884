from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_login import current_user, login_required

from .extensions import db
from .models import Order, Product

bp = Blueprint("main", __name__)


def get_cart():
    """The cart as a list of (product, quantity)."""
    lines = []
    for product_id, quantity in session.get("cart", {}).items():
        product = db.session.get(Product, int(product_id))
        if product is not None:
            lines.append((product, quantity))
    return lines


@bp.app_context_processor
def inject_cart_count():
    return {"cart_count": sum(session.get("cart", {}).values())}


@bp.route("/")
def index():
    products = Product.query.order_by(Product.name).all()
    return render_template("main/index.html", products=products)


@bp.route("/cart")
def cart():
    lines = get_cart()
    total = sum(product.price * quantity for product, quantity in lines)
    return render_template("main/cart.html", lines=lines, total=total)


@bp.route("/cart/add/<int:product_id>", methods=["POST"])
def add_to_cart(product_id):
    product = db.get_or_404(Product, product_id)
    cart = session.get("cart", {})
    # session keys are strings because the session is stored as JSON
    cart[str(product.id)] = cart.get(str(product.id), 0) + 1
    session["cart"] = cart
    flash(f"{product.name} is in your cart.", "success")
    return redirect(url_for("main.index"))


@bp.route("/checkout", methods=["POST"])
@login_required
def checkout():
    lines = get_cart()
    if not lines:
        flash("Your cart is empty.", "warning")
        return redirect(url_for("main.cart"))
    db.session.add(Order(
        user_id=current_user.id,
        items="\n".join(f"{quantity} x {product.name}" for product, quantity in lines),
        total=sum(product.price * quantity for product, quantity in lines),
    ))
    db.session.commit()
    session.pop("cart", None)
    flash("Thank you for your order!", "success")
    return redirect(url_for("main.orders"))


@bp.route("/orders")
@login_required
def orders():
    return render_template("main/orders.html", orders=current_user.orders)
