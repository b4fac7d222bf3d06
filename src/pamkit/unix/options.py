"""The words that may follow `pam_unix`."""

from __future__ import annotations

from pamkit.module.options import Match, Options, flag, number, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.call import ModuleCall

    Call = ModuleCall["UnixOptions"]

_IN_PASSWORD = ("password",)


class UnixOptions(Options):
    """What may stand after the module's name; the first word that fits an argument counts."""

    match = Match.PREFIX

    audit: bool = flag("log more than `debug` does, names of users who do not exist among it")
    use_first_pass: bool = flag("never ask: take the password an earlier module asked for")
    try_first_pass: bool = flag("take the password an earlier module asked for, else ask")
    authtok_type: str = text("a word for the prompts: `New UNIX password: ` for `UNIX`")
    use_authtok: bool = flag("take the new password an earlier module asked for, never ask")
    shadow: bool = flag("no effect: shadowed passwords are recognised without it")
    md5: bool = flag("hash new passwords with MD5; weak")
    nullok_secure: bool = flag(
        "Debian's old name of `nullok`", deprecated="`nullok_secure` is `nullok` today"
    )
    nullok: bool = flag("let users in who have no password, without asking for one")
    debug: bool = flag("log what is done")
    nodelay: bool = flag("ask for no delay after a failure")
    nis: bool = flag("no effect", deprecated="`nis` has no effect: NIS is not supported")
    bigcrypt: bool = flag("hash new passwords with DES, eight bytes at a time; weak")
    likeauth: bool = flag("let setcred answer what authenticate answered")
    remember: int | None = number(
        "refuse this many old passwords; the file `/etc/security/opasswd` must exist",
        default=None,
    ).changed(facilities=_IN_PASSWORD)
    noreap: bool = flag("no effect: the handling of child processes is never changed")
    broken_shadow: bool = flag("accept accounts whose shadow entry cannot be read")
    sha256: bool = flag("hash new passwords with SHA-256")
    sha512: bool = flag("hash new passwords with SHA-512")
    rounds: int | None = number("the cost of hashing new passwords", default=None).changed(
        facilities=_IN_PASSWORD
    )
    blowfish: bool = flag("hash new passwords with bcrypt")
    minlen: int = number("bytes of a new password, unless root sets it", default=6).changed(
        facilities=_IN_PASSWORD
    )
    quiet: bool = flag("log no sessions")
    no_pass_expiry: bool = flag("accept expired passwords of those who came in without them")
    des: bool = flag("hash new passwords with DES, which looks at eight bytes; weak")
    gost_yescrypt: bool = flag("hash new passwords with GOST yescrypt")
    yescrypt: bool = flag("hash new passwords with yescrypt; the default")
    nullresetok: bool = flag("like `nullok`, for users who must change their password now")
    obscure: bool = flag("refuse new passwords that are simple or like the old one (Debian)")
