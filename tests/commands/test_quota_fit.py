"""``tenantry quota fit``: whether more would fit, and whose line would have to give."""

import json

import pytest
from promises import PLATFORM, TENANTS, organisation, valid
from repositories import tenant, write

pytestmark = pytest.mark.usefixtures("repository")


@pytest.fixture
def repository(tmp_path):
    organisation(tmp_path)


SPEECH = "{parent: research, quota: {hard: {requests.cpu: 6, requests.memory: 36Gi, pods: 25}}}"


def test_a_new_tenant_that_fits_is_shown_with_what_would_be_left(tenantry, tmp_path):
    write(tmp_path, "elsewhere/speech.yaml", tenant("speech", SPEECH))
    code, out, err = tenantry("quota", "fit", "elsewhere/speech.yaml", "--key", "requests.cpu")
    assert (code, err) == (0, "")
    assert out.splitlines()[:8] == [
        "fits. With it:",
        "",
        "eu                                     cpu",
        "  the cluster                 40/100   40%",
        "  research                     20/20  100%",
        "    speech                               6",
        "    other tenants                       14",
        "    left                                 0",
    ]


def test_a_new_tenant_that_does_not_fit_is_told_with_the_lines_that_would_have_to_give(tenantry, tmp_path):
    write(tmp_path, "elsewhere/speech.yaml", tenant("speech", SPEECH.replace("requests.cpu: 6", "requests.cpu: 6001m")))
    code, out, _ = tenantry("quota", "fit", "elsewhere/speech.yaml")
    assert code == 1
    assert out.splitlines()[:2] == [
        "does not fit:",
        (
            "tenants/research.yaml:4:39: spec.quota.hard.requests.cpu: research has 20 of requests.cpu, and promises 20001m on eu: "
            "8 (vision, tenants/vision.yaml:4) + 6001m (speech, elsewhere/speech.yaml:4) + 6 (nlp, tenants/nlp.yaml:4); "
            "lower a part by 1m, or raise the whole"
        ),
    ]


def test_a_larger_copy_takes_the_place_of_the_tenant(tenantry, tmp_path):
    for cpu, code in ((14, 0), (15, 1)):
        write(
            tmp_path,
            "copy.yaml",
            tenant("vision", TENANTS["vision"].replace("requests.cpu: 8", f"requests.cpu: {cpu}")),
        )
        assert tenantry("quota", "fit", "copy.yaml")[0] == code


def test_a_cluster_may_be_what_is_in_the_way(tenantry, tmp_path):
    write(tmp_path, "new.yaml", tenant("new", "{clusters: [us], quota: {hard: {cpu: 5}}}"))
    code, out, _ = tenantry("quota", "fit", "new.yaml", "--format", "json")
    assert code == 1
    assert valid(json.loads(out))
    [problem] = json.loads(out)["problems"]
    assert (problem["file"], problem["line"]) == ("tenants/platform.yaml", 7)
    assert problem["message"].startswith(
        "us has 10, and tenants are promised 11: 6 (research, tenants/research.yaml:4) + 5 (new, new.yaml:4)"
    )


def test_what_was_wrong_before_is_not_laid_at_the_new_tenants_door(tenantry, tmp_path):
    write(tmp_path, "tenants/vision.yaml", tenant("vision", TENANTS["vision"].replace("cpu: 8", "cpu: 80")))
    write(tmp_path, "new.yaml", tenant("new", "{quota: {hard: {pods: 5}}}"))
    assert tenantry("quota", "fit", "new.yaml")[0] == 0


def test_a_file_that_is_no_tenant_is_told(tenantry, tmp_path):
    write(tmp_path, "new.yaml", tenant("new", "{quota: {hard: {pods: 64x}}}"))
    code, out, err = tenantry("quota", "fit", "new.yaml", "gone.yaml")
    assert (code, out) == (2, "")
    assert err == (
        "gone.yaml: there is no such file; create it, or correct the path\n"
        "new.yaml:4:23: spec.quota.hard.pods: '64x' is not a Kubernetes quantity; write 64 or 64000m\n"
    )


def test_a_parent_that_is_not_there_is_in_the_way(tenantry, tmp_path):
    write(tmp_path, "new.yaml", tenant("new", "{parent: reserach, quota: {hard: {pods: 5}}}"))
    code, out, _ = tenantry("quota", "fit", "new.yaml")
    assert code == 1
    assert out.splitlines()[1] == "new.yaml:4:8: spec.parent: 'reserach' is not a tenant; did you mean 'research'?"


UNREADABLE = [
    ("a: [", "tenants/unread.yaml:2:1: the file ends within brackets; write the closing one\n"),
    ("a: 1", "tenants/unread.yaml:1:1: a: there is no such field"),
    (None, "tenants/unread.yaml: this is a directory; a YAML file of that name was expected\n"),
]


@pytest.mark.parametrize(("text", "message"), UNREADABLE)
@pytest.mark.parametrize("parent", ["unread", "research"])
def test_what_cannot_be_read_is_told_and_nothing_is_said_of_what_fits(tenantry, tmp_path, parent, text, message):
    if text is None:
        (tmp_path / "tenants/unread.yaml").mkdir()
    else:
        write(tmp_path, "tenants/unread.yaml", f"{text}\n")
    write(tmp_path, "speech.yaml", tenant("speech", SPEECH.replace("research", parent)))
    code, out, err = tenantry("quota", "fit", "speech.yaml")
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert "is not a tenant" not in err


def test_a_sound_copy_takes_the_place_of_a_file_that_cannot_be_read(tenantry, tmp_path):
    write(tmp_path, "tenants/vision.yaml", "a: [\n")
    write(tmp_path, "copy.yaml", tenant("vision", TENANTS["vision"]))
    assert tenantry("quota", "fit", "copy.yaml")[0] == 0


def test_a_file_may_lie_anywhere_and_its_lines_are_found(tenantry, tmp_path, monkeypatch):
    write(
        tmp_path,
        "copies/tenants/vision.yaml",
        f"\n\n{tenant('vision', TENANTS['vision'].replace('cpu: 8', 'cpu: 15'))}",
    )
    for name in TENANTS:
        write(tmp_path, f"repository/tenants/{name}.yaml", (tmp_path / f"tenants/{name}.yaml").read_text())
    write(tmp_path, "repository/tenants/platform.yaml", PLATFORM)
    root = tmp_path / "repository"
    for start, file in [
        (root, tmp_path / "copies/tenants/vision.yaml"),
        (root, "../copies/tenants/vision.yaml"),
        (root / "tenants", "../../copies/tenants/vision.yaml"),
    ]:
        code, out, err = tenantry("-C", start, "quota", "fit", file)
        assert (code, err) == (1, "")
        assert f"15 (vision, {file}:6)" in out.splitlines()[1]
    monkeypatch.chdir(root / "tenants")
    write(root, "tenants/nlp.yaml", f"\n{tenant('nlp', TENANTS['nlp'].replace('cpu: 6', 'cpu: 9'))}")
    write(root, "new.yaml", tenant("new", "{clusters: [us], quota: {hard: {requests.cpu: 2}}}"))
    _, out, _ = tenantry("quota", "fit", "nlp.yaml", "../new.yaml")
    assert "9 (research, tenants/research.yaml:4) + 2 (new, new.yaml:4)" in out


def test_a_file_that_is_named_twice_is_asked_about_once(tenantry, tmp_path):
    write(tmp_path, "new.yaml", tenant("new", "{quota: {hard: {requests.cpu: 40}}}"))
    assert tenantry("quota", "fit", "new.yaml", tmp_path / "new.yaml", "./new.yaml")[0] == 0


def test_two_files_of_one_tenant_are_told(tenantry, tmp_path):
    for name, cpu in (("one", 1), ("two", 2)):
        write(tmp_path, f"{name}.yaml", tenant("new", f"{{quota: {{hard: {{requests.cpu: {cpu}}}}}}}"))
    assert tenantry("quota", "fit", "one.yaml", "two.yaml") == (
        2,
        "",
        "two.yaml:3:12: metadata.name: 'new' is the tenant in one.yaml too; ask about one of the two\n",
    )


def test_what_is_no_file_of_a_tenant_is_told_in_one_line(tenantry):
    assert tenantry("quota", "fit", "tenants/platform.yaml", "tenants") == (
        2,
        "",
        (
            "tenants: this is a directory; a YAML file of that name was expected\n"
            "tenants/platform.yaml:2:1: kind: 'Platform' is not the kind of a tenant; name the file of one\n"
        ),
    )


def test_what_is_wrong_in_the_new_file_itself_is_told_first(tenantry, tmp_path):
    write(tmp_path, "new.yaml", tenant("new", "{tier: huge, clusters: [uss], quota: {hard: {requests.cpu: 400}}}"))
    assert tenantry("quota", "fit", "new.yaml") == (
        2,
        "",
        (
            "new.yaml:4:8: spec.tier: 'huge' is not a tier of the platform; there are none\n"
            "new.yaml:4:31: spec.clusters.uss: 'uss' is not a cluster of the platform; did you mean 'us'?\n"
        ),
    )


def test_a_circle_of_parents_is_in_the_way(tenantry, tmp_path):
    write(tmp_path, "new.yaml", tenant("new", "{parent: new, quota: {hard: {requests.cpu: 4}}}"))
    circle = "the parents go round in a circle"
    other = "one of them must have another parent, or none"
    assert tenantry("quota", "fit", "new.yaml")[:2] == (
        1,
        f"does not fit:\nnew.yaml:4:8: spec.parent: {circle}: new -> new (new.yaml:4); {other}\n",
    )
    write(tmp_path, "copy.yaml", tenant("research", "{parent: vision, quota: {hard: {requests.cpu: 20}}}"))
    code, out, _ = tenantry("quota", "fit", "copy.yaml")
    assert code == 1
    assert out == (
        f"does not fit:\ncopy.yaml:4:8: spec.parent: {circle}: research -> vision -> research "
        f"(copy.yaml:4, tenants/vision.yaml:4); {other}\n"
    )


def test_what_a_file_is_called_does_nothing_to_a_terminal(tenantry, tmp_path):
    write(tmp_path, "\x1b[31m.yaml", tenant("new", "{quota: {hard: {requests.cpu: 400}}}"))
    code, out, _ = tenantry("quota", "fit", "\x1b[31m.yaml")
    assert code == 1
    assert "\x1b" not in out
    assert "\\x1b[31m.yaml:4:23: spec.quota.hard.requests.cpu: 400 is more than all of cluster eu has (100)" in out


def test_a_tenant_on_no_cluster_fits_and_is_nowhere(tenantry, tmp_path):
    write(tmp_path, "new.yaml", tenant("new", "{clusters: [], quota: {hard: {requests.cpu: 400}}}"))
    assert tenantry("quota", "fit", "new.yaml") == (0, "fits.\n\nNothing of it is on a cluster.\n", "")


def test_a_key_of_fit_is_checked_as_well(tenantry, tmp_path):
    write(tmp_path, "new.yaml", tenant("new", "{quota: {hard: {requests.cpu: 4}}}"))
    code, out, err = tenantry("quota", "fit", "new.yaml", "--key", "nope")
    assert (code, out) == (2, "")
    assert err.startswith("--key: 'nope' is not a key that anybody has; use one of ")
    assert tenantry("quota", "fit", "new.yaml", "--key", "secrets")[1] == "fits.\n\nNobody has a cap on secrets.\n"
