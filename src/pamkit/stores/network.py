"""What the machine knows of other machines, behind `world.Network`."""

from __future__ import annotations

from pamkit.stores.c_library import c_library


class HostNames:
    """Hosts as the C library finds them, `nsswitch.conf(5)`, `resolv.conf(5)`."""

    __slots__ = ()

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host, as numbers in text.

        It may ask the DNS, and wait for it.  `FileNotFoundError` if there is no such host;
        another `OSError` if that cannot be told.
        """
        return tuple(address.decode("ascii") for address in c_library.addresses(_key(host)))


def _key(host: str) -> bytes:
    try:
        key = host.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise OSError("a name that C cannot carry") from None
    if not key or b"\0" in key:
        raise OSError("a name that C cannot carry")
    return key
