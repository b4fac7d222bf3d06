"""What logind writes of a session: `/run/systemd/sessions/NUMBER`, for its own library."""

from __future__ import annotations

SESSIONS = "/run/systemd/sessions"
"""Where logind has a file of each session, by its number."""

_CLASS = b"CLASS="
_USER = b"user"
_NAME = b"USER="


def is_users(data: bytes) -> bool:
    """Whether it is a session of a user, and none of a greeter, a lock screen or a manager.

    C: the class is `user`, `user-early`, `user-light`, `user-incomplete` ...
    """
    classes = [line for line in data.split(b"\n") if line.startswith(_CLASS)]
    return bool(classes) and classes[-1].removeprefix(_CLASS).strip(b'"').startswith(_USER)


def user_of(data: bytes) -> str:
    """Return the name of the user whose session it is, or `""`.  C: `sd_session_get_username`."""
    users = [line for line in data.split(b"\n") if line.startswith(_NAME)]
    name = users[-1].removeprefix(_NAME).strip(b'"') if users else b""
    return name.decode("utf-8", "surrogateescape")
