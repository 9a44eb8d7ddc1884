from board import app, db
from board.models import Post, User


def register(client, **kw):
    data = {'username': 'john', 'email': 'john@example.com',
            'password': 'dog', 'password2': 'dog'}
    data.update(kw)
    return client.post('/register', data=data, follow_redirects=True)


def test_password_hashing():
    u = User(username='susan')
    u.set_password('cat')
    assert not u.check_password('dog')
    assert u.check_password('cat')


def test_index_for_strangers(client):
    r = client.get('/')
    assert r.status_code == 200
    assert b'Hi, stranger!' in r.data
    assert b'<title>Home - Board</title>' in r.data


def test_register_and_login(client):
    r = register(client)
    assert b'you are now a registered user' in r.data
    r = client.post('/login', data={'username': 'john', 'password': 'dog'},
                    follow_redirects=True)
    assert b'Hi, john!' in r.data


def test_register_without_email_twice(client):
    register(client, email='')
    register(client, username='mary', email='')
    with app.app_context():
        assert User.query.filter_by(email=None).count() == 2


def test_register_taken_names(client, susan):
    assert b'use a different username' in register(client, username='susan').data
    assert b'use a different email' in register(client, email='susan@example.com').data


def test_register_passwords_differ(client):
    assert b'do not match' in register(client, password2='cow').data
    with app.app_context():
        assert User.query.count() == 0


def test_login_wrong_password(client, susan):
    r = client.post('/login', data={'username': 'susan', 'password': 'x'},
                    follow_redirects=True)
    assert b'Invalid username or password' in r.data


def test_remember_me(client, susan):
    client.post('/login', data={'username': 'susan', 'password': 'cat'})
    assert client.get_cookie('remember_token') is None
    client.get('/logout')
    client.post('/login', data={'username': 'susan', 'password': 'cat',
                                'remember_me': 'y'})
    assert client.get_cookie('remember_token') is not None


def test_next_page(client, susan):
    r = client.get('/user/susan')
    assert r.status_code == 302
    assert r.location == '/login?next=%2Fuser%2Fsusan'
    r = client.post(r.location, data={'username': 'susan', 'password': 'cat'})
    assert r.location == '/user/susan'


def test_next_page_of_another_site(client, susan):
    r = client.post('/login?next=http://example.org/',
                    data={'username': 'susan', 'password': 'cat'})
    assert r.location == '/'


def test_logout(login):
    assert b'Hi, susan!' in login.get('/').data
    r = login.get('/logout', follow_redirects=True)
    assert b'Hi, stranger!' in r.data


def test_post(login):
    r = login.post('/', data={'body': 'Hello <world>'}, follow_redirects=True)
    assert b'Your post is now live!' in r.data
    assert b'Hello &lt;world&gt;' in r.data
    assert b'Hello' in login.get('/user/susan').data


def test_post_needs_login(client):
    r = client.post('/', data={'body': 'Hello'})
    assert r.location.startswith('/login')
    with app.app_context():
        assert Post.query.count() == 0


def test_delete_post(login):
    login.post('/', data={'body': 'mine'})
    with app.app_context():
        other = User(username='john')
        theirs = Post(body='theirs', author=other)
        db.session.add_all([other, theirs])
        db.session.commit()
        mine = Post.query.filter_by(body='mine').first().id
        theirs = theirs.id
    assert login.post('/delete/%d' % theirs).status_code == 403
    assert login.post('/delete/%d' % mine).status_code == 302
    with app.app_context():
        assert [p.body for p in Post.query.all()] == ['theirs']


def test_unknown_user(login):
    r = login.get('/user/nobody')
    assert r.status_code == 404
    assert b'File Not Found' in r.data
