"""Files that lie in a directory of policies and are none: backups, templates, half-merged ones."""

from __future__ import annotations

from pamkit.policy.words import ascii_lower

_BACKUP, _TEMPLATE, _HIDDEN = "a backup", "a template", "a hidden file"

_ENDINGS = {
    **dict.fromkeys(("bak", "old", "orig", "rej", "save", "swo", "swp", "tmp"), _BACKUP),
    **dict.fromkeys(("rpmnew", "rpmorig", "rpmsave"), "left by rpm"),
    **dict.fromkeys(("pacnew", "pacorig", "pacsave"), "left by pacman"),
    **dict.fromkeys(("augnew", "augsave"), "left by augeas"),
    **dict.fromkeys(("pam-new", "pam-old"), "left by pam-auth-update"),
    "apk-new": "left by apk",
    **dict.fromkeys(("epp", "erb", "in", "j2", "jinja2", "template", "tmpl", "tpl"), _TEMPLATE),
}
"""What a name means whose last part is this."""

_STARTS = {".dpkg-": "left by dpkg", ".ucf-": "left by ucf", ".new-": "left by xbps"}
"""What a name means that has this in it, before other words or a version."""


def leftover(name: str) -> str:
    """Return what a file with this name is if it is no policy; empty if it may be one.

    libpam knows no such names: a service that is called so would get it.
    """
    if name.startswith("."):
        return _HIDDEN
    if name.endswith("~") or (name.startswith("#") and name.endswith("#")):
        return _BACKUP
    name = ascii_lower(name)
    for start, what in _STARTS.items():
        if start in name:
            return what
    _, dot, ending = name.rpartition(".")
    return _ENDINGS.get(ending, "") if dot else ""
