"""PAM from other languages: hosts that have an interpreter of their own, Python even."""

from __future__ import annotations

from tests.native.programs.accounts import PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks, inside
from tests.native.programs.conversation import Heard, through_pipes
from tests.native.programs.machine import Machine

CHECKS = Checks()

_PYTHON = """\
import PAM, sys
handle = PAM.pam()
handle.start("sshd")
handle.set_item(PAM.PAM_USER, "alice")
secret = sys.stdin.readline().rstrip("\\n")
handle.set_item(PAM.PAM_CONV, lambda auth, asked, data=None: [
    (print(kind, text) or secret, 0) for text, kind in asked])
try:
    handle.authenticate()
    handle.acct_mgmt()
    handle.open_session()
    handle.close_session()
except PAM.error as refusal:
    print(refusal)
else:
    print("granted")
"""

_CTYPES = """\
import ctypes, sys
lib, libc = ctypes.CDLL("libpam.so.0"), ctypes.CDLL(None)
secret = sys.stdin.readline().rstrip("\\n").encode()
class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]
class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]
libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
PP = ctypes.POINTER(ctypes.POINTER(Message))
R = ctypes.POINTER(ctypes.POINTER(Response))
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, PP, R, ctypes.c_void_p)
def converse(count, messages, responses, data):
    array = ctypes.cast(libc.calloc(count, ctypes.sizeof(Response)), ctypes.POINTER(Response))
    for i in range(count):
        print(messages[i].contents.style, messages[i].contents.text)
        array[i].text = libc.strdup(secret)
    responses[0] = array
    return 0
class Conversation(ctypes.Structure):
    _fields_ = [("function", type(converse)), ("data", ctypes.c_void_p)]
conversation, handle = Conversation(converse, None), ctypes.c_void_p()
print(lib.pam_start(b"sshd", b"alice", ctypes.byref(conversation), ctypes.byref(handle)))
code = lib.pam_authenticate(handle, 0)
lib.pam_strerror.restype = ctypes.c_char_p
print("granted" if code == 0 else lib.pam_strerror(handle, code).decode())
print(lib.pam_end(handle, code))
"""

_PERL = """\
use Authen::PAM;
chomp(my $secret = <STDIN>);
my $handle = Authen::PAM->new("sshd", "alice", sub {
    my @answers;
    while (@_) {
        my ($kind, $text) = (shift, shift);
        print "$kind $text\\n";
        push @answers, PAM_SUCCESS(), $secret;
    }
    (@answers, PAM_SUCCESS());
});
ref($handle) || die "no handle: $handle\\n";
my $code = $handle->pam_authenticate;
$code = $handle->pam_acct_mgmt if $code == PAM_SUCCESS();
print $code == PAM_SUCCESS() ? "granted\\n" : $handle->pam_strerror($code) . "\\n";
"""


@CHECKS.expects(IN, asks_secret=True)
def python_takes_a_right_password(machine: Machine) -> Answer:
    return _outcome(_python(_PYTHON, PASSWORD))


@CHECKS.expects(OUT, asks_secret=True)
def python_refuses_a_wrong_password(machine: Machine) -> Answer:
    return _outcome(_python(_PYTHON, WRONG))


@CHECKS.expects(IN, asks_secret=True)
def ctypes_takes_a_right_password(machine: Machine) -> Answer:
    return _outcome(_python(_CTYPES, PASSWORD))


@CHECKS.expects(OUT, asks_secret=True)
def ctypes_refuses_a_wrong_password(machine: Machine) -> Answer:
    return _outcome(_python(_CTYPES, WRONG))


@CHECKS.expects(IN, asks_secret=True)
def perl_takes_a_right_password(machine: Machine) -> Answer:
    return _outcome(_perl(PASSWORD))


@CHECKS.expects(OUT, asks_secret=True)
def perl_refuses_a_wrong_password(machine: Machine) -> Answer:
    return _outcome(_perl(WRONG))


def _python(text: str, password: str) -> Heard:
    return through_pipes(["/usr/bin/python3", "-c", text], words=password + "\n")


def _perl(password: str) -> Heard:
    return through_pipes(["/usr/bin/perl", "-e", _PERL], words=password + "\n")


def _outcome(heard: Heard) -> Answer:
    return Answer(inside(heard.said, "granted"), heard.said)
