"""Where an account lives: the value of the item `PAM_REPOSITORY`, which Linux-PAM does not have."""

from __future__ import annotations

from pamkit.vocab.record import Record


class Repository(Record):
    """One store of accounts, at which a call is aimed: ``passwd -r ldap``.

    ``type`` names the kind of store (`files`, `ldap`); ``scope`` is what that store makes of it,
    mostly nothing.  C has the length of ``scope`` beside it.  A module that does not know the type
    answers `ignore`.  Source: `pam_set_item(3PAM)` of illumos.
    """

    type: str
    scope: bytes = b""
