"""Random policies and random calls: case K of seed S, always the same one.

Half of the cases are well formed, so that meanings are tried; the other half is also broken in
every way that is known.  Left out is what crashes or hangs the C library or leaves it to
chance: files that include one another in circles, includes that name no file, jumps that
overflow, lines of more than 1,000 bytes, more than a dozen nested files, a module called `?`,
a module without a name in a file that is included or loaded late (libpam leaves a list without
an end there), and a failing `@include` below a typed include (Debian's libpam uses an action
table there that it never filled).  No case names a file outside its own directory.
"""

from __future__ import annotations

import re
from random import Random

from tests.oracle.case import CONF, MODULES, SET_SERVICE, Call, Case

FACILITIES = ("auth", "account", "session", "password")

EVENTS = {
    "auth": ("auth", "cred"),
    "account": ("acct",),
    "session": ("open_session", "close_session"),
    "password": ("prechauthtok", "chauthtok"),
}
"""The words of `pam_debug` that matter to each facility."""

PRIMITIVES = {
    "authenticate": "auth",
    "setcred": "auth",
    "acct_mgmt": "account",
    "open_session": "session",
    "close_session": "session",
    "chauthtok": "password",
}
"""The primitives, in the order of a login, and their facilities."""

# fmt: off
CODES = (
    "success", "open_err", "symbol_err", "service_err", "system_err", "buf_err", "perm_denied",
    "auth_err", "cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries",
    "new_authtok_reqd", "acct_expired", "session_err", "cred_unavail", "cred_expired", "cred_err",
    "no_module_data", "conv_err", "authtok_err", "authtok_recover_err", "authtok_lock_busy",
    "authtok_disable_aging", "try_again", "ignore", "abort", "authtok_expired", "module_unknown",
    "bad_item", "conv_again", "incomplete",
)
# fmt: on
"""The 32 codes as a policy spells them, written down apart from pamkit's own table."""

_INCOMPLETE = "incomplete"
_QUIET_CODES = CODES[:-1]
_USUAL = ("success",) * 9 + ("ignore",) * 3 + ("new_authtok_reqd", "new_authtok_reqd", "auth_err")
_STRANGE_ANSWERS = ("", "bogus", "SUCCESS", "success ", "0", "authtok_recovery_err", "default")
_KEYWORDS = ("required", "required", "requisite", "sufficient", "sufficient", "optional")
_ACTIONS = ("ignore", "ok", "done", "bad", "die", "reset")
_BLANKS = (" ",) * 8 + ("\t", "\t\t", "  ", " \t ")
_ODD_BRACKETS = (
    "",
    " ",
    "success=okdefault=bad",
    "success=1default=bad",
    "success=ok,default=bad",
    "success=0 default=ok",
    "success=-1",
    "success=+1",
    "success=01 default=bad",
    "success=00",
    "success=1x",
    "success=2147483647 default=ok",
    "success=ok default",
    "success=ok default=",
    "success=ok =bad",
    "success ok",
    "success=okay",
    "success=okignore=die",
    "SUCCESS=ok",
    "success=OK",
    "Default=ok",
    "success = ok default\t=\tdie",
    "success\v=\fok\rdefault=bad",
    "default=ignore default=ok",
    "default=ok success=die success=ok",
    "success=ok success=bad default=ignore",
    "successs=ok",
    "suc=ok",
    "default=ok bogus=bad",
    "authtok_recovery_err=ok default=ok",
    "authtok_recover_err=ok default=ignore",
    "default=ok\\] x",
    "[default=ok",
    "default=ok #",
    'default="ok"',
    "default=ok\xff",
    "cred_err=okcred_expired=badcred_insufficient=die default=done",
    "default=99999",
    "success=done new_authtok_reqd=done ignore=ignore default=die",
    "module_unknown=ignore perm_denied=ok default=ok",
)
_FLAGS = (
    (0,) * 8
    + (0x8000, 0x1, 0x8001, 0x2, 0x4, 0x8, 0x10, 0x8002, 0x6, 0x1E, 0x20, 0x8020)
    + (0x2000, 0x4000, 0x6000, 0x80, 0x40000000, 0x12345)
)
_SERVICES = ("svc",) * 16 + ("SVC", "Svc", "other", "OTHER", "none", "dir", "x/svc", "/a/b/SvC", "")
_MISSING_MODULES = (
    "pam_missing.so",
    "pam_missing.so",
    "pam_debug",
    "PAM_DEBUG.SO",
    "pam_debug.so.",
    "x/pam_debug.so",
    "pam_missing",
    "pam_d\xe9bug.so",
    f"{CONF}/pam_debug.so",
)
_NAMELESS = (".so", "dir/", "/", ".", "[]", "x/.so", f"{CONF}/", "..", "pam_debug.so/")
_BAD_FACILITIES = (
    "bogus",
    "--auth",
    "-",
    "auth:",
    '"auth"',
    "required",
    "-bogus",
    "\ufeffauth",
    "\vauth",
    "auth\f",
    "\xe4uth",
    "include",
    "@inclde",
    "auths",
    "[]",
    "[ auth]",
    "\u017fession",
)
_NAMELESS_BYTES = re.compile(rb"\[(?=[\]\0#]|\Z)|/(?=[\0#])")
_EMPTY_CONTROL = re.compile(rb"^-?[a-z]+ +\[\] ", re.MULTILINE)
_MAX = 900  # bytes in one logical line, the private directory's name not yet put in


def draw(seed: int, number: int) -> Case:
    """Return case ``number`` of ``seed``."""
    return _Author(Random((seed << 64) + number)).case()


class _Author:
    """Writes one case."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.chance, self.pick = random.random, random.choice
        self.tame = self.chance() < 0.5
        self.stops = self.chance() < 0.07  # answers `incomplete`
        self.typed = False  # whether the file being written may be reached by a typed include
        self.changes = not self.stops and self.chance() < 0.05  # the service, between calls
        self.files: dict[str, bytes] = {}
        self.fragile: set[str] = set()  # an include of these may fail

    def case(self) -> Case:
        """Write it."""
        chance, files = self.chance, self.files
        service = "svc" if chance() < 0.7 else self.pick(_SERVICES)
        spread = self.facilities()
        if not self.tame and chance() < 0.2:
            files["empty"] = self.pick((b"", b"\n", b"# nothing\n", b" \t\n\n"))
        targets: list[str] = list(files)
        for at in range(self.pick((0, 0, 0, 1, 1, 2, 3, 4, 5))):
            name = f"inc{at}"
            files[name] = self.file(spread, targets, self.pick((1, 1, 2, 2, 3)), typed=True)
            self.offer(name, targets)
        if chance() < 0.35 or service.lower() == "other":
            shared = chance() < 0.05
            files["other"] = self.file(self.facilities(), targets, 3, typed=shared)
            if shared:
                self.offer("other", targets)
        if chance() < 0.98:
            files["svc"] = self.file(spread, targets, self.pick((2, 3, 4, 6)), typed=False)
        calls = self.calls(spread)
        if self.changes:
            if chance() < 0.7:
                files["alt"] = self.file(self.facilities(), targets, 3, typed=False)
            calls = self.with_changes(calls)
            files.update((name, _named(text)) for name, text in files.items())
        return Case(service, files, tuple(calls))

    def offer(self, name: str, targets: list[str]) -> None:
        """Let files written from now on take in this one."""
        if _may_fail(self.files[name]):
            self.fragile.add(name)
        targets.append(name)

    def facilities(self) -> tuple[str, ...]:
        """Choose which facilities to write about."""
        if self.chance() < 0.45:
            return (self.pick(FACILITIES),)
        return tuple(self.random.sample(FACILITIES, self.pick((2, 3, 4, 4))))

    # --- calls ---

    def calls(self, facilities: tuple[str, ...]) -> list[Call]:
        """Choose the calls: mostly those of a login, in any order and number."""
        names = list(PRIMITIVES)
        if self.chance() < 0.85:
            names = [name for name in names if PRIMITIVES[name] in facilities]
        chance = self.chance()
        if chance > 0.8:
            self.random.shuffle(names)
        elif chance > 0.6:
            names *= 2
        elif chance > 0.4:
            names = [self.pick(names) for _ in range(self.pick((1, 2, 3, 4, 5, 8)))]
        strange = self.chance() < 0.4
        return [(name, self.pick(_FLAGS) if strange else 0) for name in names]

    def with_changes(self, calls: list[Call]) -> list[Call]:
        """Change the service between calls."""
        changed: list[Call] = []
        for call in calls:
            if self.chance() < 0.3:
                name = self.pick(("svc", "SVC", "other", "alt", "Alt", "none", "dir"))
                changed.append((SET_SERVICE, name))
            changed.append(call)
        return changed

    # --- files ---

    def file(
        self, facilities: tuple[str, ...], targets: list[str], size: int, *, typed: bool
    ) -> bytes:
        """Write a file; ``typed`` if an include of one facility may lead to it."""
        wild, self.typed = not self.tame, typed
        dos = wild and self.chance() < 0.03
        lines: list[str] = []
        for facility in facilities:
            for _ in range(self.pick((0, 1, size, size)) if typed else self.pick((1, size, size))):
                if targets and self.chance() < 0.22:
                    lines.append(self.include_line(facility, targets, typed=typed, dos=dos))
                elif wild and self.chance() < 0.12:
                    lines.append(self.broken_line(facility))
                else:
                    lines.append(self.module_line(facility))
                if self.chance() < 0.06:
                    lines.append(self.pick(("", "# a comment", "\t", "#c \\", "   # x")))
        if self.chance() < 0.15:
            self.random.shuffle(lines)
        text = "\n".join(lines) + "\n" if lines else ""
        if wild:
            text = self.spoil(text, dos)
        encoded = _short(text.encode("utf-8", "surrogateescape"))
        return _named(encoded) if typed else encoded

    def spoil(self, text: str, dos: bool) -> str:
        """Break a file as a whole."""
        chance = self.chance()
        if chance < 0.02:
            text = "\ufeff" + text
        elif chance < 0.07:
            text = text.removesuffix("\n")
        elif chance < 0.085:
            text = text.removesuffix("\n") + self.pick(
                (" \\", "\\\n", " \\ \t\n", "\\\n\n", "\\\n#")
            )
        return text.replace("\n", "\r\n") if dos else text

    # --- lines ---

    def module_line(self, facility: str) -> str:
        """Write a line that is well formed, and perhaps odd to look at."""
        words = [self.facility_word(facility), self.control(), self.module(), *self.args(facility)]
        if self.tame:
            return " ".join(words)
        chance = self.chance()
        if chance < 0.05:
            at = self.random.randrange(3)
            if not words[at].startswith("["):
                words[at] = f"[{words[at]}]"
        line = self.join(words)
        if chance > 0.94:
            line += self.pick(
                (" # comment", "#glued", " #", "\t# x \\", " \t ", "\v", "\0 \\", " \\\0 x")
            )
        elif chance > 0.91:
            line = self.pick((" ", "\t", "  \t")) + line
        elif chance > 0.89:
            line = self.with_byte(line)
        return line

    def join(self, words: list[str]) -> str:
        """Put blanks between words, and perhaps continue the line on the next."""
        if self.chance() > 0.06:
            return "".join(word + self.pick(_BLANKS) for word in words[:-1]) + words[-1]
        text = ""
        for word in words[:-1]:
            gap = self.pick(_BLANKS)
            if self.chance() < 0.5:
                gap = self.pick(("\\\n", " \\\n", " \\\n   ", "\\ \t\n\t"))
                if self.chance() < 0.15:
                    gap += self.pick(("\n", "# c\n", " \t\n", "#c \\\n", "\\\n", " \\\n\n"))
            text += word + gap
        return text + words[-1]

    def with_byte(self, line: str) -> str:
        """Put a strange byte somewhere."""
        at = self.random.randrange(len(line) + 1)
        if CONF in line or MODULES in line:
            at = len(line)  # a path that is cut could lead anywhere
        byte = self.pick(
            ("\0", "\0", "\r", "\v", "\f", "\udcff", "\xe9", "#", "\\", "[", "]", "\x01")
        )
        return line[:at] + byte + line[at:]

    def facility_word(self, facility: str) -> str:
        """Spell a facility."""
        chance = self.chance()
        if chance < 0.07:
            return "-" + facility
        if chance < 0.12:
            return self.cased(facility)
        return facility

    def cased(self, word: str) -> str:
        """Spell a word in any case."""
        return "".join(self.pick((letter, letter.upper())) for letter in word)

    def control(self) -> str:
        """Choose a control."""
        chance = self.chance()
        if chance < 0.48:
            return self.pick(_KEYWORDS)
        if chance < 0.53:
            return self.cased(self.pick(_KEYWORDS))
        if chance < 0.94 or self.tame:
            return f"[{self.pairs()}]"
        if chance < 0.98:
            return f"[{self.pick(_ODD_BRACKETS)}]"
        return self.pick(("requird", "bogus", "success=ok", "inclde", "requiredx"))

    def pairs(self) -> str:
        """Write pairs of value and action."""
        if self.chance() < 0.02:
            names = [*CODES, "default"]
            self.random.shuffle(names)
        else:
            names = [
                self.pick(CODES) if self.chance() < 0.25 else self.pick(_USUAL)
                for _ in range(self.pick((0, 1, 1, 2, 3)))
            ]
            if self.chance() < 0.8:
                names.insert(self.random.randrange(len(names) + 1), "default")
        return " ".join(f"{name}={self.action()}" for name in names)

    def action(self) -> str:
        """Choose an action."""
        if self.chance() < 0.25:
            return self.pick(("1", "1", "1", "2", "2", "3", "5", "12"))
        return self.pick(_ACTIONS)

    def module(self) -> str:
        """Choose a module: nearly always the one that there is."""
        chance = self.chance()
        if chance < 0.94:
            return "pam_debug.so"
        if chance < 0.96 or self.tame:
            return "pam_missing.so"
        if chance < 0.975:
            return f"{MODULES}/pam_debug.so"
        if chance < 0.995:
            return self.pick(_MISSING_MODULES)
        return self.nameless()

    def nameless(self) -> str:
        """Choose a module that has no name, where libpam survives one."""
        return "pam_missing.so" if self.typed or self.changes else self.pick(_NAMELESS)

    def args(self, facility: str) -> list[str]:
        """Choose what `pam_debug` shall answer."""
        args = [f"{event}={self.answer()}" for event in EVENTS[facility] if self.chance() < 0.75]
        if self.tame or self.chance() < 0.9:
            return args
        event = self.pick(EVENTS[facility])
        args.insert(
            self.random.randrange(len(args) + 1),
            self.pick(
                (
                    event,
                    f"{event}=",
                    f"{event}={self.pick(_STRANGE_ANSWERS)}",
                    f"[{event}={self.answer()}]",
                    f"[{event}={self.answer()} x]",
                    f"{event.upper()}=auth_err",
                    f"{event}={self.answer()}",
                    f"x{event}=auth_err",
                    f"{event}=auth_err]",
                    "foo=[a b]",
                    "[foo=a \\] b]",
                    "[]",
                    "\udce9\udcff",
                    '"quoted words"',
                )
            ),
        )
        return args

    def answer(self) -> str:
        """Choose a code for an answer."""
        if self.stops and self.chance() < 0.3:
            return _INCOMPLETE
        return self.pick(_USUAL) if self.chance() < 0.75 else self.pick(_QUIET_CODES)

    def include_line(self, facility: str, targets: list[str], *, typed: bool, dos: bool) -> str:
        """Write a line that takes in another file."""
        wild, chance = not self.tame, self.chance()
        name = self.pick(targets)
        if chance < 0.12:
            # What may fail is not taken in whole where Debian's libpam would have no facility.
            sound = [name for name in targets if name not in self.fragile]
            if not typed and wild and self.chance() < 0.1:
                sound = [*targets, "missing"]
            if not sound or (typed and dos):
                return self.module_line(facility)
            word = self.pick(("@include", "@include", "@Include", "-@include", "[@include]"))
            return f"{word} {CONF}/{self.pick(sound)}"
        if wild and chance < 0.22:
            name = self.pick(("missing", "dir", "", ".x", "missing.d/x", "svc/x"))
        kind = self.pick(("include", "substack"))
        if name in ("", ".x") and (typed or self.changes):
            kind = "include"  # as a substack it would be nameless
        if self.chance() < 0.1:
            kind = self.cased(kind)
        if wild and name in targets and self.chance() < 0.01:
            kind = "substac\u212a"  # a Kelvin sign, which is no k to C
        words = [self.facility_word(facility), kind, f"{CONF}/{name}"]
        if wild:
            if self.chance() < 0.08:
                words[0] = self.pick(_BAD_FACILITIES[:4])
            if self.chance() < 0.08:
                at = self.random.randrange(3)
                words[at] = f"[{words[at]}]"
            if self.chance() < 0.05:
                words.append(self.pick(("extra words", "# comment", "#", "\0", "[", "\\]", "\xe9")))
            if not dos and self.chance() < 0.03:
                return self.pick((" \\\n", "\\\n ")).join(words)
        return " ".join(words)

    def broken_line(self, facility: str) -> str:
        """Write a line with a part wrong or missing."""
        good, control = self.facility_word(facility), self.control()
        module, args = self.module(), self.args(facility)
        whole = [good, control, module, *args]
        kind = self.random.randrange(13)
        if kind < 3:
            words = [self.pick(_BAD_FACILITIES), control, module, *args]
        elif kind == 3:
            words = [good]
        elif kind == 4:
            words = [good, control]
        elif kind == 5:
            words = [control, module, *args]
        elif kind == 6:
            words = [good, module, *args]
        elif kind == 7:
            words = whole
            at = self.random.randrange(len(words))
            words[at] = "[" + words[at].removeprefix("[").removesuffix("]")
        elif kind == 8:
            words = [good, control, self.nameless() if self.chance() < 0.3 else module, *args]
        elif kind == 9:
            return "".join(f"[{word.strip('[]')}]" for word in whole)
        elif kind == 10:
            return self.with_byte(self.with_byte(" ".join(whole)))
        elif kind == 11:
            return f"{good} [{self.pairs()}] include {CONF}/missing"
        else:
            return self.pick(
                ("[", "]", "[]", "\\", "\0", "\r", "\v", "x", "auth#", "#\\", "\ufeff")
            )
        return self.join(words)


def _short(text: bytes) -> bytes:
    """Return a text whose logical lines are short: without `\\` where they would not be."""
    if len(text) <= _MAX or b"\\" not in text:
        return text
    run = 0
    for line in text.split(b"\n"):
        run += len(line) + 1
        if run > _MAX:
            return text.replace(b"\\", b"")
        body = line.strip()
        if body and b"\\" not in body and not body.startswith(b"#"):
            run = 0
    return text


def _named(text: bytes) -> bytes:
    """Return a text in which no module is without a name."""
    if b"\\" not in text and b"\0" not in text:
        text = _EMPTY_CONTROL.sub(lambda found: found[0].replace(b"[]", b"[ ]"), text)
    return _NAMELESS_BYTES.sub(lambda found: found[0] + b"x", text)


def _may_fail(text: bytes) -> bool:
    """Whether taking in a file might fail; yes where in doubt."""
    if b"\\" in text or b"\0" in text or b"[]" in text:
        return True
    return any(
        (word.rpartition(b"/")[2].rpartition(b".")[0] == b"" and b"." in word)
        or word.endswith(b"/")
        for word in re.split(rb"[ \t\n\[\]]+", text)
    )
