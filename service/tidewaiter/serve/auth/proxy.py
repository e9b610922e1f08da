"""A user whom a reverse proxy has already checked (OIDC, SAML) and names in a header.

The header is believed from the addresses of the settings alone. Anybody else who sends it is not recognised by it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from tidewaiter.serve.auth.callers import Caller, Via, roles_in
from tidewaiter.settings import Settings

_LONGEST_NAME = 200


class TrustedProxy:
    """Recognises callers by the headers of the proxy. With no addresses in the settings it recognises nobody."""

    def __init__(self, settings: Settings) -> None:
        self._networks = tuple(ipaddress.ip_network(address) for address in settings.serve_proxy_addresses)
        self._user, self._roles = settings.serve_proxy_user_header, settings.serve_proxy_roles_header

    @property
    def enabled(self) -> bool:
        """Return whether the settings name a proxy."""
        return bool(self._networks)

    def sends(self, peer: str) -> bool:
        """Return whether the address is one of the proxy's."""
        if not self._networks:
            return False
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)

    def caller(self, peer: str, headers: Mapping[str, str]) -> Caller | None:
        """Return the user whom the proxy at `peer` names; None without a name, or from any other address."""
        if not self.sends(peer):
            return None
        name = headers.get(self._user, "").strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            return None
        return Caller(name, roles_in(headers.get(self._roles, "").split(",")), Via.PROXY)
