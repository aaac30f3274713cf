"""Where a request really came from: forwarding headers count only when a proxy of our own wrote them (来源地址).

Throttling and audit rest on the address, and anybody may send an X-Forwarded-For header.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Wsgi = Callable[..., Iterable[bytes]]
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class TrustedProxies:
    """Reads X-Forwarded-For from the right, past the proxies that are ours; a stranger's headers are dropped."""

    def __init__(self, inner: Wsgi, networks: Sequence[Network]) -> None:
        self._inner, self._networks = inner, tuple(networks)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        told = {name: environ.pop(name, "") for name in FORWARDED}
        # Without an address the request came through a Unix socket: only a proxy of this machine can reach it.
        if self._is_ours(environ.get("REMOTE_ADDR") or "127.0.0.1"):
            if came_from := self._origin(told["HTTP_X_FORWARDED_FOR"]):
                environ["REMOTE_ADDR"] = came_from
            if (scheme := told["HTTP_X_FORWARDED_PROTO"].rpartition(",")[2].strip()) in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self._inner(environ, start_response)

    def _origin(self, forwarded: str) -> str:
        """The nearest address that is not ours; the farthest one if all are."""
        hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
        strangers = [hop for hop in hops if not self._is_ours(hop)]
        return (strangers or hops[:1] or [""])[-1]

    def _is_ours(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)
