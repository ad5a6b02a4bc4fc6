import re

import pytest
from launcher.conf import told

from generator.launcher import options
from generator.launcher.ini import Entry
from generator.launcher.options import CLUSTER, KUBERNETES, PROFILE, RESOURCE, SERVER, check, items, refuse
from generator.problems import Place

HERE = Place("f", (), 3, 1)
TABLES = {"server": SERVER, "cluster": CLUSTER, "kubernetes": KUBERNETES, "profile": PROFILE, "resource": RESOURCE}

#: The defaults that the manual's tables give; ``None`` where they give none, or one that depends on the machine.
MANUAL = {
    "kubernetes": {
        "server-user": "rstudio-server", "thread-pool-size": None, "enable-debug-logging": "0", "scratch-path": None,
        "logging-dir": "/var/log/rstudio/launcher", "job-expiry-hours": "24", "api-url": None, "auth-token-path": None,
        "profile-config": "/etc/rstudio/launcher.kubernetes.profiles.conf", "auth-token": None,
        "kubernetes-namespace": "rstudio", "shared-process-namespace": "true", "verify-ssl-certs": "1",
        "certificate-authority": None, "watch-timeout-seconds": "180", "fetch-limit": "500", "use-templating": "0",
    },
    "profile": {
        "container-images": None, "default-container-image": None, "allow-unknown-images": "1",
        "placement-constraints": None, "default-cpus": "0", "default-mem-mb": "0", "max-cpus": "0", "max-mem-mb": "0",
        "job-json-overrides": None, "cpu-request-ratio": "1.0", "memory-request-ratio": "1.0",
        "default-nvidia-gpus": "0", "default-amd-gpus": "0", "max-nvidia-gpus": "0", "max-amd-gpus": "0",
    },
}  # fmt: skip


@pytest.mark.parametrize("table", MANUAL)
def test_every_option_of_the_manual_is_known_with_its_default(table):
    known = {name: TABLES[table][name].default for name in MANUAL[table]}
    assert known == MANUAL[table]


@pytest.mark.parametrize("table", TABLES)
def test_every_default_would_be_taken_and_every_option_is_explained(table):
    for option in TABLES[table].values():
        assert re.fullmatch(r"[A-Z].*\.", option.meaning)
        assert option.default is None or refuse(option, option.default) is None


def test_an_unknown_option_keeps_the_product_from_starting():
    assert told(check(Entry("max-cpu", "3", HERE), PROFILE, "a profile")) == [
        "3:1 'max-cpu' is no option of a profile, and the product does not start with it; did you mean 'max-cpus'?"
    ]


def test_a_colon_separates_nothing():
    assert told(check(Entry("placement-constraints: a", "b", HERE), PROFILE, "a profile")) == [
        "3:1 'placement-constraints: a' is no option, since only '=' separates; write placement-constraints=a=b"
    ]


def test_what_is_deprecated_is_told():
    entry = Entry("job-json-overrides", '"/spec/template/spec/hostAliases":"/etc/aliases"', HERE)
    assert told(check(entry, PROFILE, "a profile")) == [
        "3:1 warning: job-json-overrides: this option is deprecated; use templates"
    ]


def test_a_token_is_never_repeated():
    assert "hunter2" not in str(told(check(Entry("auth-token", "hunter2", HERE), KUBERNETES, "x")))
    assert told(check(Entry("auth-token: hunter2", "=", HERE), KUBERNETES, "x")) == [
        "3:1 'auth-token: ...' is no option, since only '=' separates; write auth-token=..."
    ]
    assert "hunter2" not in str(told(check(Entry("auth_token: hunter2", "=", HERE), KUBERNETES, "x")))


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("allow-unknown-images", "1", None),
        ("allow-unknown-images", "yes", "is neither 0 nor 1; write 1"),
        ("allow-unknown-images", "2", "is neither 0 nor 1; write 0 or 1"),
        ("max-cpus", "", "is empty; give it a value, or leave the option out"),
        ("max-cpus", "0.0", None),
        ("max-cpus", ".5", None),
        ("max-cpus", "500m", "is no number of CPUs; write 0.5"),
        ("max-cpus", "-1", "is no number of CPUs; write one such as 0.5 or 4"),
        ("max-cpus", "1e3", "is no number of CPUs; write 1000"),
        ("max-cpus", "inf", "is no number of CPUs; write one such as 0.5 or 4"),
        ("max-cpus", "0.12345", "is finer than Kubernetes counts; write 0.123"),
        ("max-mem-mb", "20480", None),
        ("max-mem-mb", "2Gi", "is no number of megabytes; write 2147"),
        ("max-nvidia-gpus", "0.5", "is no whole number; write one such as 2"),
        ("cpu-request-ratio", "1.0", None),
        ("cpu-request-ratio", "0.0", "is no share; write a number above 0 and up to 1, such as 0.5"),
        ("cpu-request-ratio", "1.1", "is no share; write a number above 0 and up to 1, such as 0.5"),
        ("container-images", "a:1 , b:2", None),
        ("container-images", "a:1,,b:2,", "has an empty item; write a:1,b:2"),
        ("container-images", "a:1,a:1", "names 'a:1' twice; write it once"),
        ("container-images", "a:1 b:2", "holds 'a:1 b:2', which is no image; divide images by commas"),
        ("placement-constraints", "node,region:us,topology.kubernetes.io/zone:a", None),
        (
            "placement-constraints",
            "region: us",
            "holds 'region: us', which is no constraint; write key:value without blanks",
        ),
        ("placement-constraints", "region:", "holds 'region:', which is no constraint; write key:value without blanks"),
    ],
)
def test_a_profile_takes_what_the_product_takes(key, value, reason):
    assert refuse(PROFILE[key], value) == reason


@pytest.mark.parametrize("constraint", ["re_gion!:us", "region:u/s", "-a:b"])
def test_a_constraint_that_can_be_no_label_is_refused(constraint):
    assert "a label that no node can have" in refuse(PROFILE["placement-constraints"], constraint)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('"/spec/template/spec/hostAliases":"/a","/metadata/labels/a~1b":"/b"', None),
        ("/spec:/a", 'holds what is no override; write "/json/pointer":"/path/to/file"'),
        ('"spec":"/a"', "holds 'spec', which is no JSON pointer; write one such as /spec/template/spec/hostAliases"),
        ('"/a~2":"/a"', "holds '/a~2', which is no JSON pointer; write one such as /spec/template/spec/hostAliases"),
        ('"/spec":"/a"', "replaces /spec, which the launcher reads its jobs by; leave it out"),
        (
            '"/metadata/generateName":"/a"',
            "replaces /metadata/generateName, which the launcher reads its jobs by; leave it out",
        ),
        ('"/spec/suspend":"a"', "takes /spec/suspend from 'a', which is no absolute path; write one"),
    ],
)
def test_an_override_leaves_what_the_launcher_needs(value, reason):
    assert refuse(PROFILE["job-json-overrides"], value) == reason


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("verify-ssl-certs", "True", None),
        ("verify-ssl-certs", "maybe", "is neither 0 nor 1; write 0 or 1"),
        ("job-expiry-hours", "0.5", None),
        ("job-expiry-hours", "1d", "is no number of 0 or more; write one such as 0.5 or 24"),
        ("fetch-limit", "-5", "is no whole number; write one such as 2"),
        ("api-url", "https://10.0.0.1:6443", None),
        ("api-url", "10.0.0.1", "is no URL; write one such as https://10.0.0.1:6443"),
        ("api-url", "https://k8s/api", "goes on beyond the server; leave /api out"),
        ("scratch-path", "scratch", "is no absolute path; write one such as /etc/rstudio/scratch"),
        ("scratch-path", "/a b", "holds a blank, at which the product stops reading a path; choose one without"),
        ("server-user", "a b", "holds a blank or a comma; write one name"),
        ("log-level", "debug", None),
        ("log-level", "loud", "is no level; write OFF, ERROR, WARNING, INFO or DEBUG"),
    ],
)
def test_the_plugin_takes_what_the_product_takes(key, value, reason):
    assert refuse(KUBERNETES[key], value) == reason


def test_a_port_is_a_port():
    assert refuse(SERVER["port"], "5559") is None
    assert refuse(SERVER["port"], "70000") == "is no port; write 0 to 65535"


def test_a_list_is_divided_by_commas_with_blanks_around_them():
    assert items("a , b,c") == ("a", "b", "c")
    assert items("") == ()


def test_switches_are_words_too():
    assert [options.is_on(word) for word in ("1", "yes", "TRUE", "0", "off", "x", None)] == [True] * 3 + [False] * 4


def test_options_are_written_in_the_order_of_their_table():
    assert options.ordered([("zzz", ""), ("max-cpus", "2"), ("container-images", "a")], PROFILE) == (
        ("container-images", "a"),
        ("max-cpus", "2"),
        ("zzz", ""),
    )
