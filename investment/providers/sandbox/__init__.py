"""
A server that speaks the providers' wire formats, on invented or on a user's own data.

It enforces what the providers enforce (keys, plans, rates, history) and fails on demand, so that
the real clients can be run and tested against it. It shares no code with them: a client that
misreads the format must not be met by a server that miswrites it in the same way.
"""
