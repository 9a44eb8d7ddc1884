"""OAuth 2.0 and OpenID Connect for a web application, by hand.

With `providers/` beside it this folder is a whole login, without Flask and without a database.
Read the files in the order of one login:

    provider        the data classes: Provider, Client, Grant, Claims
    flow            start and finish: the login from top to bottom
    authorization   the request that sends the person away, and the answer that comes back
    token           exchange the code for tokens
    id_token        who it is, signed by the provider
    claims          normalize the claims of all providers
    discovery       a provider's metadata and keys
    responses       JSON and URLs from outside, read strictly
    errors          what can go wrong
    signed_jwt      our own signature in place of a client secret, for providers that ask for it
    logout_token    the provider says that somebody signed out there
    transport/      how requests are sent: limits on time, size and number

Everything but `flow` and `transport/` does no I/O: it builds a request, or reads an answer.
"""
