import os
import tempfile

# the app reads its settings when it is imported
if not os.environ.get('DATABASE_URL'):
    os.environ['DATABASE_URL'] = 'sqlite:///' + os.path.join(tempfile.mkdtemp(), 'test.db')

import pytest
from board import app, db
from board.models import User

app.config['TESTING'] = True


@pytest.fixture(autouse=True)
def database():
    with app.app_context():
        db.drop_all()
        db.create_all()
    yield
    with app.app_context():
        db.session.remove()
        db.drop_all()
        db.engine.dispose()


@pytest.fixture
def client():
    return app.test_client()


@pytest.fixture
def susan():
    with app.app_context():
        u = User(username='susan', email='susan@example.com')
        u.set_password('cat')
        db.session.add(u)
        db.session.commit()


@pytest.fixture
def login(client, susan):
    client.post('/login', data={'username': 'susan', 'password': 'cat'})
    return client
