"""The wire: every message, code and limit of `capserver.v1`, strict decoding, encoding.

`client` holds what clients send, `server` what the server sends, `values` what both are made of,
`codes` error and close codes, `decode` the strict reading of JSON. `PROTOCOL.md` says what it means.
"""
