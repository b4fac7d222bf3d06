"""Libraries that stand in for the real ones: small, soon built, and as good or bad as wanted."""

import os
from pathlib import Path

from pamkit.native.build import Plan, build
from pamkit.native.recipe import LIBRARIES, Library
from pamkit.native.toolchain import Compiler, find_compiler

ROWS = tuple(row.changed(holds_python=False, system=()) for row in LIBRARIES)
"""The recipe, without an interpreter in it."""

VERSION_SCRIPT = "%s { global: %s; local: *; };\n"

LIBPAM = r"""
#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static const volatile struct {
    char mark[17];
    char path[256];
} place = {"PAMKIT-CORE-PATH=", ""};

struct pam_handle {
    int granted;
};

extern int stand_in_hidden(void);
int stand_in_hidden(void) { return place.path[0]; }

EXPORT int pam_start_confdir(const char *service, const char *user, const struct pam_conv *conv,
                             const char *confdir, pam_handle_t **pamh) {
    (void)user;
    (void)conv;
    (void)confdir;
    *pamh = malloc(sizeof **pamh);
#ifdef STAND_IN_GRANTS
    (void)service;
    (*pamh)->granted = 1;
#else
    (*pamh)->granted = strcmp(service, "granted") == 0;
#endif
#ifdef STAND_IN_CRASHES
    abort();
#endif
    return PAM_SUCCESS;
}
EXPORT int pam_authenticate(pam_handle_t *pamh, int flags) {
    (void)flags;
    return pamh->granted ? PAM_SUCCESS : PAM_AUTH_ERR;
}
EXPORT int pam_acct_mgmt(pam_handle_t *pamh, int flags) {
    (void)flags;
    return pamh->granted ? PAM_SUCCESS : PAM_AUTH_ERR;
}
EXPORT const char *pam_strerror(pam_handle_t *pamh, int errnum) {
    (void)pamh;
    (void)errnum;
    return "stand-in";
}
EXPORT int pam_end(pam_handle_t *pamh, int status) {
    (void)status;
    free(pamh);
    return PAM_SUCCESS;
}
"""

OTHER = r"""
extern int %(symbol)s(void);
__attribute__((visibility("default"))) int %(symbol)s(void) { return 42; }
"""

NEEDS_LIBPAM = r"""
#include <security/pam_appl.h>
extern int %(symbol)s(void);
__attribute__((visibility("default"))) int %(symbol)s(void) { return pam_end(0, 0); }
"""

SYMBOLS = {
    "libpam": (
        "STAND_IN_1.0",
        "pam_start_confdir; pam_authenticate; pam_acct_mgmt; pam_end; pam_strerror",
    ),
    "libpam_misc": ("STAND_IN_MISC_1.0", "stand_in_misc"),
    "libpamc": ("STAND_IN_C_1.0", "stand_in_c"),
    "core": ("STAND_IN_CORE", "stand_in_core"),
    "module": ("", "stand_in_module"),
}


def write_sources(directory: Path) -> Path:
    """Write the C of the stand-ins below a directory; return it."""
    for row in LIBRARIES:
        node, symbols = SYMBOLS[row.room]
        room = directory / row.room
        room.mkdir(parents=True)
        (room / row.version_script).write_text(VERSION_SCRIPT % (node, symbols))
        body = LIBPAM
        if row.room != "libpam":
            body = (NEEDS_LIBPAM if row.needs else OTHER) % {"symbol": symbols}
        (room / "stand_in.c").write_text(body)
    return directory


def compiler(*flags: str) -> Compiler:
    return find_compiler({"PATH": os.environ["PATH"]}).changed(flags=flags)


def build_stand_ins(
    sources: Path, into: Path, *flags: str, rows: tuple[Library, ...] = ROWS
) -> Path:
    """Compile stand-ins into a directory; return it."""
    # A null handle is promised never to be given; the stand-ins are not that particular.
    plan = Plan(rows=rows, compiler=compiler("-Wno-nonnull", *flags), python=None, sources=sources)
    build(plan, into)
    return into
