"""OAuth 2.0 and OpenID Connect for a web application, by hand.

Pure: functions that build a request or read an answer; nothing here knows Flask, a database or a
socket.  Read the files in the order of one login: `provider` (what we know of a provider),
`authorization` (the request that sends the person away and the answer that comes back), `token`
(the code for tokens), `id_token` (who it is), `discovery` (a provider's metadata and keys),
`answers` (what counts as an answer, and as a URL), `errors` (what can go wrong).
"""
