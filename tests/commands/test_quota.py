"""``tenantry quota``: who was promised what, and whether more would fit."""

import json

import pytest
from jsonschema import Draft202012Validator
from repositories import tenant, write

from generator import shipped

PLATFORM = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata: {name: example}
spec:
  clusters:
    - {name: eu, version: "1.34", capacity: {cpu: 100, memory: 1Ti}}
    - {name: us, version: "1.34", capacity: {cpu: 10}}
  defaults: {clusters: [eu]}
"""

TENANTS = {
    "research": "{namespaces: [], quota: {hard: {requests.cpu: 20, requests.memory: 100Gi, pods: 50}}}",
    "vision": "{parent: research, quota: {hard: {requests.cpu: 8, requests.memory: 64Gi, pods: 20}}}",
    "nlp": "{parent: research, clusters: [eu, us], quota: {hard: {requests.cpu: 6, requests.memory: 0, pods: 5}}}",
    "unit": "{namespaces: [], quota: {mode: shared, hard: {requests.cpu: 10}}}",
    "sales": "{parent: unit}",
    "stock": "{parent: unit}",
}

TREE = """\
eu                                     cpu             memory
  the cluster                 40/100   40%    100Gi/1Ti    9%
  research                     14/20   70%   64Gi/100Gi   64%
    nlp                                  6                  0
    vision                               8               64Gi
    left                                 6               36Gi
  unit (shared)                20/10  200%                  -
    sales                               10                  -
    stock                               10                  -

us                                     cpu             memory
  the cluster                   6/10   60%                  -
  research                      6/20   30%      0/100Gi    0%
    nlp                                  6                  0
    left                                14              100Gi

promised/held, and how much that is. The rows below a tenant add up to what it
has promised, each child with what it holds; 'left' is what can still be
promised. Where a quota is shared or delegated, the first figure is what all
could use together, if nobody adds them up.

There are also caps on pods: --key KEY shows one, --key all shows all.
"""


pytestmark = pytest.mark.usefixtures("repository")


@pytest.fixture
def repository(tmp_path):
    write(tmp_path, "tenants/platform.yaml", PLATFORM)
    for name, spec in TENANTS.items():
        write(tmp_path, f"tenants/{name}.yaml", tenant(name, spec))


def test_the_tree_says_who_was_promised_what_and_what_is_left(tenantry):
    code, out, err = tenantry("quota", "tree")
    assert (code, err) == (0, "")
    assert out == TREE
    assert max(map(len, out.splitlines())) <= 80


def test_one_tenant_one_cluster_and_one_key_can_be_asked_for(tenantry):
    code, out, _ = tenantry("quota", "tree", "research", "--cluster", "us", "--key", "pods")
    assert code == 0
    assert out.splitlines()[:4] == [
        "us                                    pods",
        "  research                      5/50   10%",
        "    nlp                                  5",
        "    left                                45",
    ]


def test_what_is_not_there_is_told(tenantry):
    code, out, err = tenantry("quota", "tree", "reserach", "--cluster", "uss")
    assert (code, out) == (2, "")
    assert (
        err
        == "--cluster: 'uss' is not a cluster; did you mean 'us'?\nTENANT: 'reserach' is not a tenant; did you mean 'research'?\n"
    )


def test_the_json_is_what_its_schema_says(tenantry):
    _, out, _ = tenantry("quota", "tree", "--format", "json")
    found = json.loads(out)
    assert valid(found)
    [eu, us] = found["clusters"]
    cpu = {"held": "10", "promised": "6", "own": "0", "reach": "6", "ownReach": "0", "counted": "0", "left": "4"}
    assert us["capacity"]["cpu"] == cpu
    research = eu["tenants"][0]
    assert (research["name"], research["parent"], research["mode"]) == ("research", None, "partition")
    assert research["keys"]["requests.memory"] == {
        "held": "100Gi",
        "promised": "64Gi",
        "own": "0",
        "reach": "64Gi",
        "ownReach": "0",
        "counted": "100Gi",
        "left": "36Gi",
    }


def valid(report):
    return Draft202012Validator(json.loads(shipped.schema("quota-report"))).is_valid(report)


def test_a_tenant_whose_file_cannot_be_read_is_told_and_the_others_are_shown(tenantry, tmp_path):
    write(tmp_path, "tenants/broken.yaml", "a: 1")
    code, out, err = tenantry("quota", "tree")
    assert code == 2
    assert err.startswith("tenants/broken.yaml:1:1: a: there is no such field")
    assert "research" in out


# What the rows come to


def rows(out, cluster="eu"):
    """Return the lines of a cluster's table."""
    [table] = [block for block in out.split("\n\n") if block.startswith(cluster)]
    return table.splitlines()


def test_a_parents_own_namespaces_have_a_row_so_that_its_figure_adds_up(tenantry, tmp_path):
    spec = "{quota: {hard: {requests.cpu: 20, requests.memory: 100Gi, pods: 50}}}"
    write(tmp_path, "tenants/research.yaml", tenant("research", spec))
    code, out, _ = tenantry("quota", "tree", "research")
    assert code == 0
    assert rows(out) == [
        "eu                                     cpu             memory",
        "  the cluster                 40/100   40%    100Gi/1Ti    9%",
        "  research                     20/20  100%  100Gi/100Gi  100%",
        "    own namespaces                       6               36Gi",
        "    nlp                                  6                  0",
        "    vision                               8               64Gi",
        "    left                                 0                  0",
    ]
    assert rows(out, "us")[2:4] == [
        "  research                      6/20   30%      0/100Gi    0%",
        "    nlp                                  6                  0",
    ]


def test_namespaces_that_share_have_a_row_of_what_they_could_use(tenantry, tmp_path):
    spec = "{namespaces: [{name: a}, {name: b}], quota: {mode: shared, hard: {requests.cpu: 10}}}"
    write(tmp_path, "tenants/unit.yaml", tenant("unit", spec))
    _, out, _ = tenantry("quota", "tree", "unit", "--key", "cpu")
    assert rows(out)[2:] == [
        "  unit (shared)                40/10  400%",
        "    own namespaces                      20",
        "    sales                               10",
        "    stock                               10",
    ]
    _, out, _ = tenantry("quota", "tree", "unit", "--format", "json")
    [unit, sales, _] = json.loads(out)["clusters"][0]["tenants"]
    assert [unit["keys"]["requests.cpu"][field] for field in ("reach", "ownReach")] == ["40", "20"]
    assert sales["keys"]["requests.cpu"]["reach"] == "10"


def test_what_goes_through_a_parent_that_says_nothing_is_shown_at_its_row(tenantry, tmp_path):
    platform = PLATFORM.replace("{clusters: [eu]}", "{clusters: [eu], quota: {hard: {requests.cpu: 3}}}")
    write(tmp_path, "tenants/platform.yaml", platform)
    write(tmp_path, "tenants/group.yaml", tenant("group", "{namespaces: []}"))
    write(tmp_path, "tenants/mid.yaml", tenant("mid", "{parent: group}"))
    write(tmp_path, "tenants/leaf.yaml", tenant("leaf", "{parent: mid, quota: {hard: {requests.cpu: 9}}}"))
    _, out, _ = tenantry("quota", "tree", "group", "--key", "cpu")
    assert rows(out)[2:] == [
        "  group                                 12",
        "    mid                                 12",
        "      own namespaces                     3",
        "      leaf                               9",
    ]


def test_deep_trees_stay_within_80_columns(tenantry, tmp_path):
    above = "{namespaces: [{name: a, quota: {requests.cpu: 1}}], quota: {hard: {requests.cpu: 40}}}"
    for depth in range(12):
        parent = f"parent: {'deep' * 10}-{depth - 1}, " if depth else ""
        spec = above.replace("{namespaces", f"{{{parent}namespaces").replace("40", str(40 - depth))
        write(tmp_path, f"tenants/{'deep' * 10}-{depth}.yaml", tenant(f"{'deep' * 10}-{depth}", spec))
    _, out, _ = tenantry("quota", "tree", f"{'deep' * 10}-0")
    assert max(map(len, out.splitlines())) <= 80
    assert out.count("own namespaces") == 11


def test_amounts_that_nobody_means_are_shown_short(tenantry, tmp_path):
    hard = '{requests.cpu: 10, requests.memory: "1e900", secrets: "123456789e700"}'
    write(tmp_path, "tenants/a.yaml", tenant("a", f"{{quota: {{hard: {hard}}}}}"))
    code, out, err = tenantry("quota", "tree", "a", "--key", "all")
    assert (code, err) == (0, "")
    assert rows(out)[1:] == [
        "  the cluster                 50/100   50%   1e900/1Ti >9999%                  -",
        "  a                                     10              1e900              1e708",
    ]


# What is asked for


def test_a_key_that_nobody_could_have_is_told_with_what_would_be_right(tenantry):
    known = "'cpu', 'memory', 'pods', 'requests.cpu', 'requests.memory'"
    for key, message in [
        ("nope", f"'nope' is not a key that anybody has; use one of {known}"),
        ("", f"'' is not a key that anybody has; use one of {known}"),
        ("request.cpu", "'request.cpu' is not a key that anybody has; did you mean 'requests.cpu'?"),
        ("count/jobs", "'count/jobs' never counts anything: jobs are in group batch; write count/jobs.batch"),
    ]:
        assert tenantry("quota", "tree", "--key", key) == (2, "", f"--key: {message}\n")


def test_a_key_that_nobody_has_is_said_to_be_nobodys(tenantry):
    assert tenantry("quota", "tree", "--key", "secrets") == (0, "Nobody has a cap on secrets.\n", "")
    code, out, _ = tenantry("quota", "tree", "research", "--cluster", "us", "--key", "secrets", "--key", "pods")
    assert code == 0
    assert out.splitlines()[0] == "us                                    pods"
    assert out.endswith("\n\nNobody at or below research on us has a cap on secrets.\n")
    code, out, _ = tenantry("quota", "tree", "unit", "--key", "memory")
    assert out.splitlines()[:3] == [
        "eu                                  memory",
        "  the cluster              100Gi/1Ti    9%",
        "  unit (shared)                          -",
    ]
    assert out.endswith("\n\nNobody at or below unit has a cap on requests.memory.\n")


def test_a_key_may_be_called_as_the_table_calls_it(tenantry, tmp_path):
    spec = "{quota: {hard: {requests.nvidia.com/gpu: 2, requests.storage: 1Ti}}}"
    write(tmp_path, "tenants/gold.yaml", tenant("gold", spec))
    for key, shown in (("nvidia.com/gpu", "2"), ("cpu", "-"), ("requests.storage", "1Ti")):
        code, out, err = tenantry("quota", "tree", "gold", "--key", key)
        assert (code, err) == (0, "")
        assert out.splitlines()[2 if key == "cpu" else 1].split() == ["gold", shown]


def test_where_there_is_nothing_it_is_said_why(tenantry, tmp_path):
    assert tenantry("quota", "tree", "sales", "--cluster", "us")[:2] == (
        0,
        "neither sales nor a tenant below it is on us\n",
    )
    for name in TENANTS:
        (tmp_path / f"tenants/{name}.yaml").unlink()
    assert tenantry("quota", "tree")[:2] == (
        0,
        "there are no tenants; write the first one with: tenantry new NAME\n",
    )
    write(tmp_path, "tenants/a.yaml", tenant("a", "{clusters: []}"))
    assert tenantry("quota", "tree")[:2] == (0, "no tenant is on a cluster\n")
    write(tmp_path, "tenants/a.yaml", tenant("a", "{}"))
    assert tenantry("quota", "tree", "--cluster", "eu")[:2] == (0, "nobody has a quota there\n")


def test_of_a_tenant_whose_file_cannot_be_read_its_file_is_told(tenantry, tmp_path):
    write(tmp_path, "tenants/broken.yaml", "a: 1")
    code, out, err = tenantry("quota", "tree", "broken")
    assert (code, out) == (2, "")
    assert err.startswith("tenants/broken.yaml:1:1: a: there is no such field")
    assert "is not a tenant" not in err


# Whether more would fit


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
