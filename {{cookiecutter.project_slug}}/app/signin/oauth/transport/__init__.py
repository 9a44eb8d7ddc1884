"""How requests to providers are sent.  You need not read this to understand a login.

`http` sends one request, with limits on its time, its size and the number of others; `deadline`
makes sockets keep to one time limit; `documents` keeps metadata and keys.
"""
