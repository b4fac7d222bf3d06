"""The files of pam_limits, in the order in which they count."""

from __future__ import annotations

from pamkit.formats.limits_conf import BadRange, id_range, parse
from pamkit.limits.meaning import heed, is_freed
from pamkit.limits.options import remark
from pamkit.module.call import Stop
from pamkit.module.configuration import drop_ins, read_first_with_status
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.formats.limit_rules import Wanted
    from pamkit.limits.options import LimitsOptions
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account, FileStatus

TABLE = "/etc/security/limits.conf"
DIRECTORY = "/etc/security/limits.d"
"""Where the administrator's tables are, and below other names the distribution's."""

_LARGEST = 16 << 20
_ENOENT, _EISDIR = 2, 21


def read_all(
    call: ModuleCall[LimitsOptions], account: Account, wanted: Wanted, *, spared: bool
) -> bool:
    """Heed the lines of all files; return whether one frees the user.

    ``spared``: lines that do not name the user count for nothing.
    """
    for file, data in _files(call):
        remark(call, f"reading settings from '{file}'")
        for line in parse(data):
            try:
                ids = id_range(line.domain)
            except BadRange as bad:
                if str(bad):
                    wrong = f"wrong {bad}_uid/gid value in '{line.domain}'"
                    call.log(Priority.DEBUG, wrong)
                call.log(Priority.WARNING, f"invalid uid range '{line.domain}' - skipped")
                continue
            if line.is_complete:
                heed(call, account, wanted, line, ids, spared=spared)
            elif not line.exempts:
                said = f"invalid line {line.number} in '{file}' - skipped"
                call.log(Priority.WARNING, said)
            elif is_freed(call, account, line, ids):
                return True
    return False


def _files(call: ModuleCall[LimitsOptions]) -> Iterator[tuple[str, bytes]]:
    """Return path and bytes of each file, when it is its turn; ends the hook if that fails."""
    files, own = call.world.files, call.options.conf
    file = TABLE if own is None else own
    try:
        if own is None:
            try:
                first = read_first_with_status(files, TABLE, limit=_LARGEST)
            except OSError as fault:
                file = str(fault.filename)  # it may be the distribution's
                raise
            yield (TABLE, b"") if first is None else (first[0], _bytes(*first[1:]))
            file = DIRECTORY
            for file in drop_ins(files, DIRECTORY):
                try:
                    found = files.read_with_status(file, limit=_LARGEST)
                except FileNotFoundError:
                    continue
                yield file, _bytes(*found)
        else:
            place = own if own.startswith("/") else f"{call.world.process.directory()}/{own}"
            if not own:
                raise FileNotFoundError(_ENOENT, "No such file or directory")
            yield own, _bytes(*files.read_with_status(place, limit=_LARGEST))
    except OSError as fault:
        remark(call, f"reading settings from '{file}'")
        call.log(Priority.WARNING, f"cannot read settings from {file}: {fault.strerror}")
        call.log(Priority.ERR, f"error parsing the configuration file: '{file}' ")
        raise Stop(ReturnCode.SERVICE_ERR) from None


def _bytes(status: FileStatus, data: bytes) -> bytes:
    if status.kind not in ("file", "character"):  # `/dev/null` hides a distribution's file
        raise OSError(_EISDIR, f"Is a {status.kind}")
    return data
