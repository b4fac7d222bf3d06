"""The core that is linked with a shared libpython, for developing: it grants and refuses alike."""

import os
import subprocess
from pathlib import Path

import pytest

from pamkit.native.build import Plan, build
from pamkit.native.recipe import libraries
from pamkit.native.toolchain import find_compiler, find_python

PROGRAM = """
#include <security/pam_appl.h>
static int talk(int n, const struct pam_message **m, struct pam_response **r, void *p)
{
    (void)n; (void)m; (void)r; (void)p;
    return PAM_CONV_ERR;
}
int main(int count, char **word)
{
    struct pam_conv conversation = { talk, 0 };
    pam_handle_t *handle = 0;
    if (count != 3 || pam_start_confdir(word[1], "root", &conversation, word[2], &handle))
        return 99;
    int code = pam_authenticate(handle, 0);
    return pam_end(handle, code) ? 98 : code;
}
"""


@pytest.mark.needs("cc", "libpam-headers", "python-archive")
def test_a_core_with_a_shared_python_grants_and_refuses(tmp_path: Path) -> None:
    built, program = tmp_path / "built", tmp_path / "program"
    plan = Plan(
        rows=libraries(("libpam.so.0", "pamkit-core.so")),
        compiler=find_compiler(os.environ),
        python=find_python(None, shared=True),
    )
    build(plan, built)
    source = tmp_path / "program.c"
    source.write_text(PROGRAM)
    subprocess.run(["cc", source, "-o", program, built / "libpam.so.0"], check=True)
    for module in ("permit", "deny"):
        (tmp_path / module).write_text(f"auth required pam_{module}.so\n")
    environment = {"LD_LIBRARY_PATH": str(built)}
    codes = [
        subprocess.run([program, module, tmp_path], env=environment, check=False).returncode
        for module in ("permit", "deny", "absent")
    ]
    assert codes[:2] == [0, 7]
    assert codes[2] not in (0, 98)
