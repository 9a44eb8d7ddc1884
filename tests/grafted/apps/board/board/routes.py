from urllib.parse import urlsplit
from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required, login_user, logout_user
from board import app, db
from board.models import Post, User


@app.route('/', methods=['GET', 'POST'])
def index():
    if request.method == 'POST':
        if not current_user.is_authenticated:
            return redirect(url_for('login', next='/'))
        body = request.form.get('body', '').strip()
        if not body:
            flash('Please write something.')
        elif len(body) > 280:
            flash('Your message is too long (280 characters at most).')
        else:
            post = Post(body=body, author=current_user._get_current_object())
            db.session.add(post)
            db.session.commit()
            flash('Your post is now live!')
        return redirect(url_for('index'))
    page = request.args.get('page', 1, type=int)
    posts = Post.query.order_by(Post.timestamp.desc(), Post.id.desc()).paginate(
        page=page, per_page=app.config['POSTS_PER_PAGE'], error_out=False)
    return render_template('index.html', title='Home', posts=posts)


@app.route('/login', methods=['GET', 'POST'])
def login():
    if current_user.is_authenticated:
        return redirect(url_for('index'))
    if request.method == 'POST':
        username = request.form.get('username', '').strip()
        password = request.form.get('password', '')
        user = User.query.filter_by(username=username).first()
        if user is None or not user.check_password(password):
            flash('Invalid username or password')
            return redirect(url_for('login', next=request.args.get('next')))
        login_user(user, remember='remember_me' in request.form)
        next_page = request.args.get('next')
        if not next_page or urlsplit(next_page).netloc != '' \
                or not next_page.startswith('/'):
            next_page = url_for('index')
        return redirect(next_page)
    return render_template('login.html', title='Sign In')


@app.route('/logout')
def logout():
    logout_user()
    return redirect(url_for('index'))


@app.route('/register', methods=['GET', 'POST'])
def register():
    if current_user.is_authenticated:
        return redirect(url_for('index'))
    if request.method == 'POST':
        username = request.form.get('username', '').strip()
        email = request.form.get('email', '').strip() or None
        password = request.form.get('password', '')
        error = None
        if not username or len(username) > 64 or '/' in username:
            error = 'Please choose a username.'
        elif not password:
            error = 'Please choose a password.'
        elif password != request.form.get('password2', ''):
            error = 'The passwords do not match.'
        elif User.query.filter_by(username=username).first() is not None:
            error = 'Please use a different username.'
        elif email and ('@' not in email or len(email) > 120):
            error = 'This is not a valid email address.'
        elif email and User.query.filter_by(email=email).first() is not None:
            error = 'Please use a different email address.'
        if error is None:
            user = User(username=username, email=email)
            user.set_password(password)
            db.session.add(user)
            db.session.commit()
            flash('Congratulations, you are now a registered user!')
            return redirect(url_for('login'))
        flash(error)
    return render_template('register.html', title='Register')


@app.route('/user/<username>')
@login_required
def user(username):
    user = User.query.filter_by(username=username).first_or_404()
    posts = user.posts.order_by(Post.timestamp.desc(), Post.id.desc()).all()
    return render_template('user.html', title=user.username, user=user, posts=posts)


@app.route('/delete/<int:id>', methods=['POST'])
@login_required
def delete(id):
    post = Post.query.get_or_404(id)
    if post.author != current_user:
        abort(403)
    db.session.delete(post)
    db.session.commit()
    flash('Your post was deleted.')
    return redirect(url_for('user', username=current_user.username))


@app.errorhandler(404)
def not_found_error(error):
    return render_template('404.html', title='Not Found'), 404
