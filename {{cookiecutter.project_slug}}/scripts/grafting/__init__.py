"""Add `app/signin/` to an app that exists.  `scripts/graft.py` is the command.

find_app   find the app, its database and its user class among its modules
survey     look at the app: its database, user class, addresses and templates
plan       the files to add and to change
host_file  `signin/host.py` for that app
migration  the migration for the tables and columns of sign-in
needs      packages, settings and .gitignore
layout     the pages of sign-in inside the app's own base template
by_hand    the edits that remain, with file and line
"""
