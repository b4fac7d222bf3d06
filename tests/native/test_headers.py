"""What programs are compiled against: the same words, numbers and layouts as Linux-PAM's."""

import re
import subprocess
from pathlib import Path

import pytest

from pamkit.native.recipe import HEADERS
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import DATA_REPLACE, DATA_SILENT, Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import MAX_RESPONSE, Style

NAMES = (
    "_pam_types.h",
    "pam_appl.h",
    "pam_modules.h",
    "pam_ext.h",
    "pam_modutil.h",
    "_pam_macros.h",
    "_pam_compat.h",
    "pam_filter.h",
    "pam_misc.h",
    "pam_client.h",
)

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Werror")

# LP64: what a struct measures; where each field is, and what it measures.
LAYOUTS = {
    "struct pam_message": (16, {"msg_style": (0, 4), "msg": (8, 8)}),
    "struct pam_response": (16, {"resp": (0, 8), "resp_retcode": (8, 4)}),
    "struct pam_conv": (16, {"conv": (0, 8), "appdata_ptr": (8, 8)}),
    "struct pam_xauth_data": (
        32,
        {"namelen": (0, 4), "name": (8, 8), "datalen": (16, 4), "data": (24, 8)},
    ),
    "struct pam_modutil_privs": (
        32,
        {
            "grplist": (0, 8),
            "number_of_groups": (8, 4),
            "allocated": (12, 4),
            "old_gid": (16, 4),
            "old_uid": (20, 4),
            "is_dropped": (24, 4),
        },
    ),
}

OTHER_NUMBERS = {
    "__LINUX_PAM__": 1,
    "_PAM_RETURN_VALUES": len(ReturnCode),
    "PAM_AUTHTOK_RECOVER_ERR": ReturnCode.AUTHTOK_RECOVERY_ERR,
    "PAM_DATA_SILENT": DATA_SILENT,
    "PAM_DATA_REPLACE": DATA_REPLACE,
    "PAM_MAX_NUM_MSG": 32,
    "PAM_MAX_MSG_SIZE": 512,
    "PAM_MAX_RESP_SIZE": MAX_RESPONSE,
    "PAM_MODUTIL_NGROUPS": 64,
    "PAM_MODUTIL_IGNORE_FD": 0,
    "PAM_MODUTIL_PIPE_FD": 1,
    "PAM_MODUTIL_NULL_FD": 2,
    "APPIN_FILENO": 3,
    "APPOUT_FILENO": 4,
    "APPERR_FILENO": 5,
    "APPTOP_FILE": 6,
}

_GUARD = ("_H", "_H_")
"""How the names end by which a header knows that it was read already."""

OURS = ("-I", str(HEADERS))
THEIRS: tuple[str, ...] = ()  # the compiler looks in /usr/include by itself

ALL = "#include <stdio.h>\n" + "".join(f"#include <security/{name}>\n" for name in NAMES)

_OF_OTHERS = 2000
"""Items from here on are only other families'; see `vocab.item`."""


def compiles(source: str, *flags: str, language: str = "c") -> subprocess.CompletedProcess[str]:
    command = ["cc", "-x", language, "-fsyntax-only", *flags, "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=False)


def preprocessed(*flags: str) -> str:
    command = ["cc", "-E", "-dM", *flags, "-"]
    return subprocess.run(command, input=ALL, capture_output=True, text=True, check=True).stdout


def macros(*flags: str) -> dict[str, str]:
    """Return what the headers of PAM define: the value of each macro by name and parameters."""
    base = subprocess.run(
        ["cc", "-E", "-dM", "-"],
        input="#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <shadow.h>\n"
        "#include <grp.h>\n#include <pwd.h>\n#include <sys/file.h>\n#include <stdint.h>\n"
        "#include <unistd.h>\n#include <sys/types.h>\n#include <stdarg.h>\n#include <time.h>\n",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = {line.split()[1].partition("(")[0] for line in base.splitlines()}
    found = {}
    for line in preprocessed(*flags).splitlines():
        match = re.match(r"#define (\w+)(\([^)]*\))?\s?(.*)", line)
        if match and match[1] not in known and not match[1].endswith(_GUARD):
            found[match[1]] = re.sub(r"\s", "", match[3]) if match[2] is None else "(...)"
    return found


def prototypes(directory: Path, *flags: str) -> dict[str, str]:
    """Return the type of every function that the headers of PAM declare, as the compiler has it."""
    said = directory / "prototypes"
    subprocess.run(
        ["cc", "-fsyntax-only", *flags, "-aux-info", said, "-x", "c", "-"],
        input=ALL,
        text=True,
        check=True,
    )
    found = {}
    for line in said.read_text().splitlines():
        match = re.match(r"/\* (\S+?):\d+:\w+ \*/ extern (.*);", line)
        if match and "/security/" in match[1]:
            name = re.search(r"(\w+) \(", match[2])
            assert name is not None
            found[name[1]] = match[2]
    return found


def assertions() -> str:
    numbers: dict[str, int] = {
        **{f"PAM_{code.name}": code for code in ReturnCode},
        **{f"PAM_{flag.name}": flag for flag in Flag},
        # C: programs do not know the items that only other families have.
        **{f"PAM_{item.name}": item for item in Item if item < _OF_OTHERS},
        **{f"PAM_{style.name}": style for style in Style},
        **OTHER_NUMBERS,
    }
    lines = [
        f'_Static_assert({name} == {int(number)}, "{name}");' for name, number in numbers.items()
    ]
    for struct, (whole, fields) in LAYOUTS.items():
        measures = {f"sizeof({struct})": whole}
        for field, (offset, size) in fields.items():
            measures[f"offsetof({struct}, {field})"] = offset
            measures[f"sizeof((({struct} *)0)->{field})"] = size
        lines += [f'_Static_assert({what} == {n}, "{what}");' for what, n in measures.items()]
    return "#include <stddef.h>\n" + ALL + "\n".join(lines) + "\n"


@pytest.mark.needs("cc")
def test_every_number_and_every_layout_is_that_of_the_vocabulary() -> None:
    done = compiles(assertions(), *OURS, *WARNINGS)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.needs("cc", "libpam-headers")
def test_the_numbers_and_layouts_are_those_of_linux_pam() -> None:
    done = compiles(assertions(), *THEIRS, *WARNINGS)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.needs("cc")
def test_a_wrong_number_would_be_noticed() -> None:
    done = compiles(assertions().replace("PAM_ABORT == 26", "PAM_ABORT == 27"), *OURS)
    assert "PAM_ABORT" in done.stderr
    assert done.returncode != 0


@pytest.mark.needs("cc", "libpam-headers")
def test_the_macros_are_those_of_linux_pam() -> None:
    ours, theirs = macros(*OURS), macros(*THEIRS)
    assert len(theirs) > 100
    # Theirs may be older: 1.5 calls itself minor version 0, and deprecates nothing.
    assert theirs.keys() - ours.keys() == set()
    more = {name for name in ours.keys() - theirs.keys() if not name.startswith("__")}
    assert more <= {"PAM_DEPRECATED"}
    differing = {name for name, value in theirs.items() if ours[name] != value}
    assert differing <= {"__LINUX_PAM_MINOR__"}


@pytest.mark.needs("cc", "libpam-headers")
def test_the_functions_are_those_of_linux_pam(tmp_path: Path) -> None:
    ours, theirs = prototypes(tmp_path, *OURS), prototypes(tmp_path, *THEIRS)
    assert {"pam_start", "pam_sm_setcred", "pam_syslog", "misc_conv", "pamc_start"} <= set(theirs)
    assert theirs == ours


@pytest.mark.needs("cc")
@pytest.mark.parametrize("name", NAMES)
def test_each_header_stands_alone_and_twice_is_once(name: str) -> None:
    source = f"#include <security/{name}>\n" * 2 + "extern int something;\n"
    done = compiles(source, *OURS, *WARNINGS, "-std=c99", "-pedantic", "-Wno-variadic-macros")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.needs("cc")
def test_a_module_that_uses_every_macro_compiles_with_all_warnings() -> None:
    for flags in ((), ("-DPAM_DEBUG",), ("-DPAM_DEBUG", "-DPAM_NO_HEADER_FUNCTIONS")):
        done = compiles(EVERY_MACRO, *OURS, *WARNINGS, "-O2", "-std=gnu11", *flags)
        assert (done.returncode, done.stderr) == (0, ""), flags


@pytest.mark.needs("cc")
def test_the_compiler_checks_formats_and_null_arguments() -> None:
    for statement, complaint in (
        ('pam_syslog(pamh, 3, "%s", 1);', "-Wformat="),
        ('pam_prompt(pamh, 1, NULL, "%s", 1);', "-Wformat="),
        ("pam_authenticate(NULL, 0);", "-Wnonnull"),
        ("pam_get_item(NULL, 1, NULL);", "-Wnonnull"),
    ):
        source = f"{ALL}void f(pam_handle_t *pamh);\nvoid f(pam_handle_t *pamh) {{ {statement} }}"
        done = compiles(f"{source}\n", *OURS, "-Wall")
        assert complaint in done.stderr, statement


EVERY_MACRO = (
    ALL
    + r"""
static void use(pam_handle_t *pamh) {
    PAM_MODUTIL_DEF_PRIVS(privs);
    struct pam_response *reply = calloc(1, sizeof *reply);
    char text[] = "secret", *word = text, *copy = x_strdup(word);
    D(("%s and %d", "words", 1));
    _pam_show_reply(reply, 1);
    _pam_show_mem(text, 3);
    pam_error(pamh, "%s", "words");
    pam_info(pamh, "words");
    _pam_overwrite(text);
    _pam_overwrite_n(text, sizeof text);
    _pam_drop(copy);
    _pam_drop_reply(reply, 1);
    pam_modutil_drop_priv(pamh, &privs, pam_modutil_getpwuid(pamh, 0));
}
PAM_EXTERN int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv) {
    (void)argc;
    (void)argv;
    use(pamh);
    return flags & (int)PAM_SILENT ? PAM_IGNORE : PAM_SUCCESS;
}
"""
)
