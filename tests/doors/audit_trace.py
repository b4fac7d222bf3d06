"""What a libpam.so.0 sends to this kernel's audit, watched from outside with strace(1).

An interposer does not reach our own library: its core is bound to the C library by itself.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

_TEXT = re.compile(r'sendto\(.* nlmsg_pid=0\}, "(\\x6f\\x70\\x3d(?:\\x[0-9a-f]{2})*)"')
"""A message that begins with `op=`; strace writes the text in hex."""


def watch(
    scenes: Sequence[dict[str, Any]], directory: Path | None = None, *, socket_error: str = ""
) -> tuple[list[list[int]], list[bytes]]:
    """Play scenes with the libpam.so.0 of a directory, the system's if none is said.

    Returns the codes of each scene, and the texts of all records.  With ``socket_error``
    (`EMFILE`) no socket can be opened.
    """
    with tempfile.TemporaryDirectory() as home:
        log = Path(home, "log")
        injected = ["-e", f"inject=socket:error={socket_error}"] if socket_error else []
        variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}
        if directory is not None:
            variables["LD_LIBRARY_PATH"] = str(directory)
        done = subprocess.run(
            [
                *("strace", "-f", "-o", str(log), "-s", "9100", "-e", "trace=socket,sendto"),
                *injected,
                *(sys.executable, "-m", "tests.doors.audit_player", "stock", home),
            ],
            input=json.dumps(list(scenes)),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=ROOT,
            env=variables,
        )
        texts = _TEXT.findall(log.read_text())
    codes = [codes for codes, _ in json.loads(done.stdout)]
    return codes, [bytes.fromhex(text.replace("\\x", "")) for text in texts]
