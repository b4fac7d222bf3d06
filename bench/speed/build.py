"""What is written in C, built: the peer on the system's libpam, and modules that do nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "c"


class CannotBuild(Exception):
    """Why there is nothing to compare with."""


def c_peer(into: Path, *, audits: bool = True) -> Path:
    """Build the C peer below a directory and return it; raises `CannotBuild`.

    Unless it ``audits``, libpam is told that the kernel has no audit.
    """
    program = into / ("peer" if audits else "peer-without-audit")
    if not program.exists():
        # A function of the program stands before that of libaudit if it is exported.
        extra = [] if audits else ["-DNO_AUDIT", "-rdynamic"]
        headers = [] if Path("/usr/include/security").is_dir() else _stub_headers(into / "include")
        library = ["-l:libpam.so.0"] if headers else ["-lpam"]
        source = SOURCES / "peer.c"
        _cc("-D_GNU_SOURCE", *extra, *headers, source, "-o", program, *library, "-pthread")
    return program


def module(path: Path, *, delays: bool = False) -> None:
    """Build a module that does nothing, or asks for a delay; raises `CannotBuild`."""
    extra = ["-DDELAY"] if delays else []
    # libpam has the one name it calls, by the time it is loaded.
    _cc("-shared", "-fPIC", *extra, SOURCES / "pam_nop.c", "-o", path)


def _cc(*words: str | Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        raise CannotBuild("there is no C compiler called cc")
    done = subprocess.run(
        [compiler, "-std=gnu11", "-O2", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotBuild(f"cc: {done.stderr.strip().splitlines()[0]}")


def _stub_headers(place: Path) -> list[str]:
    """Declare the little of libpam that the C program needs, where no headers are installed."""
    (place / "security").mkdir(parents=True, exist_ok=True)
    (place / "security" / "pam_appl.h").write_text(
        "typedef struct pam_handle pam_handle_t;\n"
        "struct pam_message { int msg_style; const char *msg; };\n"
        "struct pam_response { char *resp; int resp_retcode; };\n"
        "struct pam_conv { int (*conv)(int, const struct pam_message **,"
        " struct pam_response **, void *); void *appdata_ptr; };\n"
        "#define PAM_SUCCESS 0\n#define PAM_SYSTEM_ERR 4\n#define PAM_BUF_ERR 5\n"
        "#define PAM_ESTABLISH_CRED 2\n#define PAM_DELETE_CRED 4\n"
        "int pam_start(const char *, const char *, const struct pam_conv *, pam_handle_t **);\n"
        "int pam_end(pam_handle_t *, int);\n"
        "const char *pam_strerror(pam_handle_t *, int);\n"
        + "".join(
            f"int pam_{name}(pam_handle_t *, int);\n"
            for name in ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session")
        )
    )
    return [f"-I{place}"]
