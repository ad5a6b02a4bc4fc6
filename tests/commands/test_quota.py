"""``tenantry quota tree``: who was promised what, and what is left."""

import json

import pytest
from promises import PLATFORM, TENANTS, organisation, valid
from repositories import tenant, write

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
    organisation(tmp_path)


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
