"""OAuth 2.0 and OpenID Connect for a web application, by hand.  Pure: no Flask, no database.

Read the files in the order of one login: `provider` (what we know of a provider), `authorization`
(the request that sends the person away and the answer that comes back), `token` (the code for
tokens), `id_token` (who it is), `discovery` (a provider's metadata and keys), `http` (how anything
leaves this machine), `errors` (what can go wrong).
"""
