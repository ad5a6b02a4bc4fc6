import pytest
from launcher.conf import told
from msgspec.structs import replace

from generator.launcher import configuration
from generator.launcher.configuration import Posit, check, check_options, from_texts, read, texts
from generator.launcher.ini import FLAT
from generator.launcher.ini import read as read_text

POSIT = Posit(
    cluster="vision",
    namespace="vision-train",
    folder="/etc/rstudio/launcher/vision",
    scratch_path="/var/lib/rstudio-launcher/vision",
    profiles=(
        (
            "*",
            (
                ("max-cpus", "2"),
                ("default-cpus", "1"),
                ("default-mem-mb", "512"),
                ("max-mem-mb", "1024"),
                ("container-images", "r:1"),
                ("allow-unknown-images", "0"),
                ("resource-profiles", "small"),
            ),
        ),
        ("@b", (("max-cpus", "4"),)),
        ("@a", (("max-cpus", "8"),)),
    ),
    sizes=(("small", (("name", "Small"), ("cpus", "1"), ("mem-mb", "512"))),),
    options=(("job-expiry-hours", "0.5"), ("auth-token-path", "/run/token")),
)

FILES = {
    "launcher.conf": """\
[cluster]
name=vision
type=Kubernetes
config-file=/etc/rstudio/launcher/vision/launcher.kubernetes.conf
""",
    "launcher.kubernetes.conf": """\
kubernetes-namespace=vision-train
profile-config=/etc/rstudio/launcher/vision/launcher.kubernetes.profiles.conf
use-templating=1
scratch-path=/var/lib/rstudio-launcher/vision
job-expiry-hours=0.5
auth-token-path=/run/token
""",
    "launcher.kubernetes.profiles.conf": """\
[*]
container-images=r:1
allow-unknown-images=0
resource-profiles=small
default-cpus=1
max-cpus=2
default-mem-mb=512
max-mem-mb=1024

[@b]
max-cpus=4

[@a]
max-cpus=8
""",
    "launcher.kubernetes.resources.conf": """\
[small]
name=Small
cpus=1
mem-mb=512
""",
}


def test_the_files_are_written_in_one_order_whatever_that_of_the_values():
    assert texts(POSIT) == FILES
    shuffled = replace(
        POSIT,
        profiles=tuple((name, tuple(reversed(entries))) for name, entries in POSIT.profiles),
        options=tuple(reversed(POSIT.options)),
    )
    assert texts(shuffled) == FILES


def test_what_was_written_is_read_back_and_has_no_problem():
    files = read(FILES)
    assert told(check(files)) == []
    again = from_texts(files)
    assert texts(again) == FILES
    assert from_texts(read(texts(again))) == again


def test_a_token_is_never_written():
    with pytest.raises(ValueError, match="a token is never written into a file; write auth-token-path"):
        texts(replace(POSIT, options=(("auth-token", "hunter2"),)))


def test_a_value_that_would_become_a_comment_is_not_written():
    with pytest.raises(ValueError, match="'#'"):
        texts(replace(POSIT, options=(("certificate-authority", "a#b"),)))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("verify-ssl-certs=0", "1:1 warning: verify-ssl-certs=0: anybody on the way can pose as the API server and take the token; write 1"),
        ("enable-debug-logging=1", "1:1 warning: enable-debug-logging=1: logs hold the requests of people, environment included; write 0"),
        ("use-templating=0", "1:1 warning: use-templating=0: no template secures the jobs; write 1"),
        (
            "auth-token=hunter2",
            "1:1 auth-token: the token stands in the file, for all who can read it; put it into a Secret, write auth-token-path",
        ),
        (
            "kubernetes-namespce=a",
            "1:1 'kubernetes-namespce' is no option of launcher.kubernetes.conf, and the product does not start with it; did you mean 'kubernetes-namespace'?",
        ),
    ],
)  # fmt: skip
def test_what_is_risky_in_the_plugins_options_is_told(line, problem):
    assert told(check_options(read_text(line, "f", FLAT).entries)) == [problem]


def test_templates_that_are_not_used_are_told():
    assert told(check_options(read_text("fetch-limit=5", "f", FLAT).entries, has_templates=True)) == [
        "1:1 warning: use-templating is off, and the templates that are there are not used; write use-templating=1"
    ]
    assert told(check_options(read_text("use-templating=1", "f", FLAT).entries, has_templates=True)) == []


def test_the_launchers_own_file_is_checked():
    text = """\
[server]
authorization-enabled=0
adress=127.0.0.1
enable-debug-logging=1
[cluster]
name=a
type=Kubernetes
[cluster]
name=a
[clusters]
name=b
"""
    assert told(check(read({"launcher.conf": text}))) == [
        "2:1 warning: authorization-enabled=0: whoever reaches the Launcher runs jobs as anybody; write 1",
        "3:1 'adress' is no option of [server], and the product does not start with it; did you mean 'address'?",
        "4:1 warning: enable-debug-logging=1: logs hold the requests of people, environment included; write 0",
        "8:1 [cluster] has no type; write type=Kubernetes",
        "9:1 name: 'a' is the cluster of line 6 too; choose another",
        "10:1 [clusters] is no section of launcher.conf; write [server] or [cluster]",
    ]


def test_the_files_are_held_against_one_another():
    files = FILES | {
        "launcher.kubernetes.profiles.conf": FILES["launcher.kubernetes.profiles.conf"].replace("=small", "=smal")
        + 'job-json-overrides="/spec/suspend":"/a"\n'
    }
    assert told(check(read(files))) == [
        "4:1 resource-profiles: there is no resource profile 'smal'; did you mean 'small'?",
        "15:1 warning: job-json-overrides: this option is deprecated; use templates",
        "15:1 job-json-overrides: the product ignores it beside use-templating=1; write it into the templates",
    ]


def test_every_file_has_its_dialect():
    assert set(configuration.DIALECTS) == set(texts(POSIT))
