"""What the engine needs of C, behind one seam: `c_library`, with the functions listed here.

In a Python process `c_by_ctypes` serves them.  In the core of our own libpam.so.0 there is no
ctypes and no file to load it from; a module built into that interpreter serves them.  Nobody
can plant a built-in module, so its presence tells where this code runs.

Names and texts are bytes without a NUL, `ValueError` for others; numbers of users and groups
are unsigned, 32 bits wide.  What may take long is done with the interpreter's lock given back.
"""

from __future__ import annotations

import sys

__all__ = ["c_library"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    User = tuple[bytes, bytes, int, int, bytes, bytes, bytes]
    """Name, password, number, primary group, gecos, home, shell: passwd(5)."""

    Group = tuple[bytes, int, tuple[bytes, ...]]
    """Name, number, members: group(5) without its password."""

    Shadow = tuple[bytes, bytes, int, int, int, int, int, int]
    """Name, hash and six numbers of days: shadow(5)."""

    GroupShadow = tuple[bytes, bytes, tuple[bytes, ...], tuple[bytes, ...]]
    """Name, hash, administrators, members: gshadow(5)."""

    Value = bytes | int | None
    """What an SQLite file holds, as far as we put it there."""

    Row = tuple[Value, ...]

    class CLibrary(Protocol):
        """Functions of the C library and of libcrypt."""

        def user_by_name(self, name: bytes, /) -> User | None:
            """getpwnam_r(3): `None` if there is none, `OSError` if that cannot be told."""

        def user_by_number(self, uid: int, /) -> User | None:
            """getpwuid_r(3): `None` if there is none, `OSError` if that cannot be told."""

        def group_by_name(self, name: bytes, /) -> Group | None:
            """getgrnam_r(3): `None` if there is none, `OSError` if that cannot be told."""

        def group_by_number(self, gid: int, /) -> Group | None:
            """getgrgid_r(3): `None` if there is none, `OSError` if that cannot be told."""

        def shadow_by_name(self, name: bytes, /) -> Shadow | None:
            """getspnam_r(3): `None` if there is none, `OSError` if that cannot be told."""

        def group_shadow_by_name(self, name: bytes, /) -> GroupShadow | None:
            """getsgnam_r(3): `None` if there is none, `OSError` if that cannot be told."""

        def groups_of(self, name: bytes, gid: int, /) -> tuple[int, ...]:
            """getgrouplist(3): the groups of a user, ``gid`` among them; `OSError` if it fails."""

        def in_netgroup(
            self,
            netgroup: bytes,
            host: bytes | None,
            user: bytes | None,
            domain: bytes | None,
            /,
        ) -> bool:
            """innetgr(3): whether host and user belong to a netgroup; `None` is any."""

        def addresses(self, host: bytes, /) -> tuple[bytes, ...]:
            """getaddrinfo(3): the addresses of a host as numbers in text, in order, each once.

            It may ask the DNS, and wait.  `FileNotFoundError` if there is no such host or it
            has no address; another `OSError` if that cannot be told.
            """

        def crypt(self, token: bytes, setting: bytes, /) -> bytes | None:
            """crypt_rn(3): the hash; `None` if there is none, `OSError` without a libcrypt."""

        def makes_settings(self) -> bool:
            """Whether libcrypt has crypt_gensalt_rn(3); `OSError` without a libcrypt."""

        def new_setting(self, prefix: bytes, count: int, entropy: bytes, /) -> bytes | None:
            """crypt_gensalt_rn(3): a setting; `None` if the scheme or the cost is not known.

            ``entropy`` may have NULs in it.  `OSError` if libcrypt has no such function.
            """

        def syslog(self, priority: int, line: bytes, /) -> None:
            """syslog(3): write a line; C: no `openlog`, the program's own name is used."""

        def write_quietly(self, descriptor: int, data: bytes | memoryview, /) -> int:
            """write(2) without SIGPIPE: how many bytes; `OSError` if it fails."""

        def set_groups(self, groups: Sequence[int], /) -> None:
            """setgroups(2) for this thread alone; `OSError` if it fails."""

        def set_user_ids(self, real: int, effective: int, saved: int, /) -> None:
            """setresuid(2) for this thread alone; `OSError` if it fails."""

        def set_group_ids(self, real: int, effective: int, saved: int, /) -> None:
            """setresgid(2) for this thread alone; `OSError` if it fails."""

        def set_file_user(self, uid: int, /) -> int:
            """setfsuid(2): the number that was in force.  C: it reports no failure."""

        def set_file_group(self, gid: int, /) -> int:
            """setfsgid(2): the number that was in force.  C: it reports no failure."""

        def securebits(self) -> int:
            """PR_GET_SECUREBITS of prctl(2); `OSError` if the kernel does not tell."""

        def limit(self, resource: int, /) -> tuple[int, int]:
            """prlimit(2) of this process: the soft and the hard limit, 64 bits each.

            ``resource`` is a number of `asm-generic/resource.h`.  `OSError` if the kernel has no
            such limit (`EINVAL`), or the machine has numbers of its own (`ENOSYS`).
            """

        def set_limit(self, resource: int, soft: int, hard: int, /) -> None:
            """prlimit(2): give this process other limits; `OSError` if it fails."""

        def forbid_new_privileges(self) -> None:
            """PR_SET_NO_NEW_PRIVS of prctl(2), for this thread alone and for good; or `OSError`."""

        def variable(self, name: bytes, /) -> bytes | None:
            """getenv(3), of the program's own environment; `ValueError` for no name."""

        def set_variable(self, name: bytes, value: bytes | None, /) -> None:
            """setenv(3), or without a value unsetenv(3); `OSError` if it fails.

            C: whoever reads the environment in another thread at that moment may read anything.
            """

        def raw_terminal(self, descriptor: int, /) -> object:
            """tcsetattr(3): let all bytes pass, unchanged; return the mode before.

            `OSError` if it fails, with the name of the function as its file name.
            """

        def set_terminal(self, descriptor: int, mode: object, /) -> None:
            """tcsetattr(3): give a terminal a mode that `raw_terminal` returned; or `OSError`."""

        def hold_signals(self) -> object:
            """pthread_sigmask(3): hold back all signals to this thread; return which were."""

        def release_signals(self, held: object, /) -> None:
            """pthread_sigmask(3): hold back those again that `hold_signals` returned, no others."""

        def stream_pair(self) -> tuple[int, int]:
            """socketpair(2): two ends of a stream; a program that is run inherits neither."""

        def translate(self, text: bytes, /) -> bytes:
            """dgettext(3) in the domain of Linux-PAM: ``text`` in the language of the program."""

        def translate_plural(self, one: bytes, many: bytes, count: int, /) -> bytes:
            """dngettext(3) in the domain of Linux-PAM: the form that goes with ``count``."""

        def pwquality_check(
            self,
            settings: Sequence[bytes],
            new: bytes,
            old: bytes | None,
            user: bytes | None,
            /,
        ) -> tuple[int, bytes]:
            """pwquality_check(3): a score, or a negative code and the text for it.

            ``settings`` are words `name=value`, on top of the library's defaults; no file is
            read.  `OSError` without a libpwquality, or if it does not know a setting.
            """

        def sqlite(
            self,
            path: bytes,
            settings: bytes,
            statement: bytes,
            values: tuple[Value, ...],
            may_write: bool,
            /,
        ) -> tuple[Row | None, int]:
            """Carry out a statement on an SQLite file that is there; wait for nobody.

            Unless it ``may_write``, no journal that lies beside the file is carried out either.
            ``settings`` are statements without answers that go before.  ``values`` go where the
            statement has `?1`, `?2` and so on; texts come back as bytes.  Returns the first row
            and how many rows were changed.  `BlockingIOError` if somebody else is writing, another
            `OSError` with words if the file cannot be used, or there is no SQLite.
            """

        def audit(
            self,
            kind: int,
            op: bytes,
            user: bytes | None,
            host: bytes | None,
            tty: bytes | None,
            success: bool,
            /,
        ) -> int:
            """audit_log_acct_message(3): 0, or a negative error if the record was not taken.

            Without a user audit_log_user_message(3) of a text ``op=...``, about no account; of the
            kind `USER_AVC` audit_log_user_avc_message(3) of the text as it is.
            `OSError` if there is no way to the kernel's audit at all.
            """

        def audit_ask(self, kind: int, data: bytes, size: int, milliseconds: int, /) -> bytes:
            """Ask the kernel's audit; return ``size`` bytes of the answer, NULs behind a short one.

            A message of a ``kind`` of linux/audit.h, with ``data``.  Size 0 is an order: it was
            carried out.  `OSError` if it was not, there is no answer in so many milliseconds, or,
            with `socket` as its file name, there is no way to the kernel's audit at all.
            """

        def keyctl(self, operation: int, first: int, second: int, /) -> int:
            """keyctl(2) for this thread alone: the kernel's answer, or `OSError`.

            Operations that take numbers: `KEYCTL_GET_KEYRING_ID` (0), `KEYCTL_REVOKE` (3),
            `KEYCTL_LINK` (8), `KEYCTL_UNLINK` (9), `KEYCTL_SET_TIMEOUT` (15), and without a name,
            which is 0, `KEYCTL_JOIN_SESSION_KEYRING` (1).
            """

        def add_key(self, name: bytes, data: bytes, keyring: int, /) -> int:
            """add_key(2), of the type `user`: the key's number; one of that name is filled anew."""

        def find_key(self, keyring: int, name: bytes, /) -> int:
            """`KEYCTL_SEARCH` of keyctl(2), of the type `user`: the key's number, or `OSError`."""

        def read_key(self, key: int, /) -> bytes:
            """`KEYCTL_READ` of keyctl(2): what is in a key, or `OSError`."""

        def quota(self, device: bytes, uid: int, /) -> tuple[int, ...]:
            """Q_GETQUOTA of quotactl(2), for a user: the eight numbers of `struct dqblk`.

            Hard and soft limit and use of space; the same of files; two times.  `OSError` if the
            kernel cannot tell.
            """

        def set_quota(self, device: bytes, uid: int, numbers: Sequence[int], which: int, /) -> None:
            """Q_SETQUOTA of quotactl(2): eight numbers; ``which`` of them count (`QIF_...`)."""

        def unshare_mounts(self) -> None:
            """CLONE_NEWNS of unshare(2): give this thread alone mounts of its own; or `OSError`."""

        def mount(
            self,
            source: bytes | None,
            target: bytes,
            kind: bytes | None,
            flags: int,
            options: bytes | None,
            /,
        ) -> None:
            """mount(2), for this thread and all that share its mounts; `OSError` if it fails."""

        def unmount(self, target: bytes, flags: int, /) -> None:
            """umount2(2); `OSError` if it fails."""

        def selinux(
            self, function: bytes, texts: Sequence[bytes | None], /
        ) -> tuple[bytes | None, ...]:
            """A function of libselinux by its name: the texts that it gives.

            One of those that our modules call; ``texts`` are what it takes, without what is
            always null.  The class of `security_compute_relabel` is given by its name.
            `OSError` with the function's name if it fails, or `ENOSYS` without a libselinux.
            """

        def selinux_access(
            self, subject: bytes, object_: bytes, kind: bytes, right: bytes, /
        ) -> tuple[bool, bytes]:
            """selinux_check_access(3): whether it may be, and the lines for the audit's log.

            They are what libselinux says meanwhile, at most 4095 bytes; the program's own callback
            does not hear of it.  `OSError` with `ENOSYS` without a libselinux.
            """

        def local_connect(self, path: bytes, /) -> int:
            """connect(2) to a stream socket at a path, or a name: ``@`` stands for its first NUL.

            Returns a descriptor that programs do not inherit, and on which nobody waits.
            `BlockingIOError` if its queue is full, another `OSError` if nobody listens there.
            """

        def local_receive(self, descriptor: int, size: int, /) -> tuple[bytes, tuple[int, ...]]:
            """recvmsg(2): at most ``size`` bytes, and at most 16 descriptors that came with them.

            They are above 2, and no program inherits them.  `OSError` if it fails, or there were
            more, and then none is left.
            """

        def local_peer(self, descriptor: int, /) -> int:
            """SO_PEERCRED of getsockopt(2): the process that listened at the other end."""

    c_library: CLibrary
elif "_pamkit_c" in sys.builtin_module_names:
    import _pamkit_c as c_library
else:
    from pamkit.stores import c_by_ctypes as c_library
