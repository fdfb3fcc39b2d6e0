"""Where a request comes from."""

import ipaddress

from django.http import HttpRequest

# Whoever sends one of these is a proxy, or pretends to be behind one: then the peer's address
# says nothing about the person.
_FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-Ip",
    "X-Client-Ip",
    "True-Client-Ip",
    "Cf-Connecting-Ip",
)


def on_this_machine(request: HttpRequest) -> bool:
    """Return whether the request comes over loopback and through no proxy."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:127.0.0.1 on a socket for both families
    return (mapped or address).is_loopback
