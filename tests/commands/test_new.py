import re

import pytest

from generator.commands import new

PLATFORM = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata:
  name: acme
spec:
  clusters:
    - {name: prod-eu, version: "1.34"}
  tiers:
    small: {quota: {hard: {requests.cpu: 8, requests.memory: 32Gi}}}
    large: {quota: {hard: {requests.cpu: 64}}, labels: {cost-center: "1000"}}
  requiredLabels:
    - {key: cost-center, pattern: "[0-9]{4}"}
"""

RESEARCH = """\
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: research
  labels: {cost-center: "2000"}
spec:
  tier: large
  owners:
    - group: research-leads
  network:
    ingress:
      - tenant: vision
"""

VISION = """\
# yaml-language-server: $schema=../schemas/tenant.json
# The vision team.
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: vision
  labels: {cost-center: "4711"}   # who pays
spec:
  displayName: "Computer Vision"
  parent: research
  tier: small
  # The role that we asked the cloud team for.
  identity:
    aws: {roleArn: "arn:aws:iam::123456789012:role/vision"}
  # Two kinds of work.
  namespaces:
    - name: train
      fullName: old-training      # older than the naming rule
    # The second.
    - name: serve
      quota: {requests.cpu: 2, requests.memory: 8Gi}
  network:
    egress: [{dns: true}, {tenant: research}]
"""

LANGUAGE = """\
# yaml-language-server: $schema=../schemas/tenant.json
# The vision team.
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: language
  labels: {cost-center: "4711"}   # who pays
spec:
  displayName: "Language"
  parent: research
  tier: small
  # Two kinds of work.
  namespaces:
    - name: train
    # The second.
    - name: serve
      quota: {requests.cpu: 2, requests.memory: 8Gi}
  network:
    egress: [{dns: true}]
"""

NEXT = """\
wrote tenants/zoo.yaml
next:
  edit tenants/zoo.yaml; tenantry explain spec lists its fields
  tenantry render
  git add tenants/zoo.yaml rendered && git commit
"""
NOTHING = "nothing was written\n"


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "tenants"
    folder.mkdir()
    (folder / "platform.yaml").write_text(PLATFORM)
    (folder / "research.yaml").write_text(RESEARCH)
    (folder / "vision.yaml").write_text(VISION)
    return tmp_path


def names(repository):
    return sorted(path.relative_to(repository).as_posix() for path in repository.rglob("*.yaml"))


def test_a_fresh_file_says_what_was_asked_for_and_what_else_there_is(tenantry, repository):
    args = (
        "--tier",
        "small",
        "--owner-group",
        "zoo-leads",
        "--display-name",
        "Zoo: animals",
        "--label",
        "cost-center=12",
    )
    code, _, err = tenantry("new", "zoo", *args)
    assert (code, err) == (
        2,
        "--label cost-center=VALUE: '12' is not what the platform asks for; write a value that matches [0-9]{4}\n"
        + NOTHING,
    )
    assert tenantry("new", "zoo", *args[:-1], "cost-center=1234") == (
        0,
        NEXT,
        "",
    )
    assert (
        (repository / "tenants/zoo.yaml").read_text()
        == """\
# yaml-language-server: $schema=../schemas/tenant.json
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: zoo
  labels:
    cost-center: "1234"
spec:
  displayName: "Zoo: animals"
  tier: small
  # Who runs the tenant: they have the role admin in all its namespaces.
  owners:
    - group: zoo-leads
  # Who works in it, each with a role: admin, editor, viewer.
  # members:
  #   - group: zoo
  #     role: editor
  # Its namespaces. Left out, there is one, named after the tenant: zoo.
  # namespaces:
  #   - name: train
  #   - name: serve
  # What it may consume in all. Left out, the values of the tier small decide; a key that stands
  # here goes before that.
  # quota:
  #   hard:
  #     requests.cpu: 8
  #     requests.memory: 32Gi
"""
    )


def test_the_new_file_has_no_input_errors(tenantry, repository):
    tenantry("new", "zoo", "--tier", "small", "--parent", "research")
    code, _, err = tenantry("render", "--check", "--tenant", "zoo")
    assert (code, err) == (1, "")
    assert (repository / "tenants/zoo.yaml").is_file()


def test_what_the_comments_show_is_valid_once_it_is_no_comment(tenantry, repository):
    tenantry("new", "zoo", "--tier", "large")
    path = repository / "tenants/zoo.yaml"
    shown = re.sub(r"^  # ( *(- )?[\w./-]+:( \S+)?)$", r"  \1", path.read_text(), flags=re.MULTILINE)
    path.write_text(shown.replace("    - name: serve\n", ""))  # of several namespaces, all but one say their part
    assert shown.count("\n  #") == 5
    assert tenantry("render", "--check", "--tenant", "zoo")[2] == ""


def test_a_copy_keeps_comments_order_and_style_and_leaves_out_what_is_the_other_tenants(tenantry, repository):
    code, out, err = tenantry("new", "language", "--like", "vision", "--display-name", "Language")
    assert (code, err) == (0, "")
    assert out.splitlines()[:5] == [
        "wrote tenants/language.yaml",
        "  left out spec.identity: a cloud role belongs to one tenant",
        "  left out spec.namespaces[0].fullName: a namespace belongs to one tenant",
        "  left out spec.network.egress[1]: research would have to let it in first",
        "  all else is as vision has it, people and labels too; make sure that language is to have it",
    ]
    assert (repository / "tenants/language.yaml").read_text() == LANGUAGE
    assert tenantry("render", "--check", "--tenant", "language")[2] == ""


def test_a_copy_without_a_display_name_is_shown_by_its_name(tenantry, repository):
    tenantry("new", "language", "--like", "vision", "--label", "cost-center=0042", "--owner-group", "nlp")
    text = (repository / "tenants/language.yaml").read_text()
    assert '  displayName: "language"\n' in text
    assert '  labels: {cost-center: "0042"}   # who pays\n' in text
    assert "  owners:\n    - group: nlp\n" in text


def test_a_required_label_may_come_from_the_tier(tenantry, repository):
    assert tenantry("new", "zoo", "--tier", "large")[0] == 0
    assert "labels" not in (repository / "tenants/zoo.yaml").read_text()


def test_a_required_label_that_is_missing_is_asked_for_by_its_option(tenantry, repository):
    before = names(repository)
    assert tenantry("new", "zoo", "--tier", "small") == (
        2,
        "",
        "--label cost-center=VALUE: there is no 'cost-center', which the platform requires; add one\n" + NOTHING,
    )
    assert names(repository) == before


def test_all_that_cannot_be_is_told_at_once(tenantry, repository):
    before = names(repository)
    wrong = (
        "--tier",
        "smal",
        "--parent",
        "reserch",
        "--like",
        "visio",
        "--cluster",
        "prod",
        "--label",
        "a",
        "--label",
        "b=?",
    )
    assert tenantry("new", "Zoo_1", *wrong) == (
        2,
        "",
        "--cluster: 'prod' is not a cluster of the platform; did you mean 'prod-eu'?\n"
        "--label: '?' is not a label value "
        "(at most 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends)\n"
        "--label: 'a' has no '='; write KEY=VALUE\n"
        "--like: 'visio' is not a tenant; did you mean 'vision'?\n"
        "--parent: 'reserch' is not a tenant; did you mean 'research'?\n"
        "--tier: 'smal' is not a tier of the platform; did you mean 'small'?\n"
        "NAME: 'Zoo_1' is not a DNS label (1 to 63 of a-z, 0-9 and '-', a letter or digit at both ends); write 'zoo-1'\n"
        + NOTHING,
    )
    assert names(repository) == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("vision", "NAME: 'vision' is a tenant already, in tenants/vision.yaml; choose another name\n"),
        ("platform", "NAME: 'platform' is no name for a tenant, for tenants/platform.yaml is; choose another\n"),
        ("waivers", "NAME: 'waivers' is no name for a tenant, for tenants/waivers.yaml is; choose another\n"),
        ("default", "NAME: namespace 'default' is reserved for the platform; choose another name\n"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tenantry, repository, name, message):
    before = {path: path.read_bytes() for path in repository.rglob("*.yaml")}
    assert tenantry("new", name, "--tier", "large") == (2, "", message + NOTHING)
    assert {path: path.read_bytes() for path in repository.rglob("*.yaml")} == before


def test_a_namespace_of_another_tenant_is_not_taken_whichever_file_comes_first(tenantry, repository):
    (repository / "tenants/vision.yaml").write_text(VISION.replace("old-training", "atlas"))
    code, _, err = tenantry("new", "atlas", "--tier", "large")
    assert code == 2
    assert "namespace 'atlas' on prod-eu is that of tenant atlas" in err
    assert not (repository / "tenants/atlas.yaml").exists()


def test_errors_that_were_there_before_keep_nobody_from_a_new_tenant(tenantry, repository):
    (repository / "tenants/broken.yaml").write_text(
        RESEARCH.replace("name: research", "name: broken") + "  nonsense: 1\n"
    )
    assert tenantry("new", "zoo", "--tier", "large")[0] == 0


@pytest.mark.usefixtures("repository")
def test_nobody_says_what_it_may_consume(tenantry):
    message = "--tier: nobody says what the tenant may consume; use one of 'large', 'small'\n"
    assert tenantry("new", "zoo", "--label", "cost-center=1234") == (2, "", message + NOTHING)


def test_nobody_says_where_it_lives(tenantry, repository):
    path = repository / "tenants/platform.yaml"
    path.write_text(PLATFORM.replace("  tiers:", '    - {name: prod-us, version: "1.34"}\n  tiers:'))
    for tenant in ("research", "vision"):
        (repository / f"tenants/{tenant}.yaml").unlink()
    message = "--cluster: nobody says on which cluster the tenant lives; use one of 'prod-eu', 'prod-us'\n"
    assert tenantry("new", "zoo", "--tier", "large") == (2, "", message + NOTHING)
    assert tenantry("new", "zoo", "--tier", "large", "--cluster", "prod-us")[0] == 0
    assert "  clusters:\n    - prod-us\n" in (repository / "tenants/zoo.yaml").read_text()


def test_a_file_that_is_not_valid_is_not_copied(tenantry, repository):
    (repository / "tenants/vision.yaml").write_text(VISION.replace("tier: small", "tier: on"))
    code, _, err = tenantry("-C", "tenants", "new", "language", "--like", "vision")
    assert code == 2
    assert "tenants/vision.yaml:11:9: spec.tier: 'on' is a boolean to some YAML readers" in err


def test_the_file_lies_beside_the_one_it_is_like_and_finds_the_same_schema(tenantry, repository):
    (repository / "tenants/ml").mkdir()
    (repository / "tenants/vision.yaml").rename(repository / "tenants/ml/vision.yaml")
    assert tenantry("new", "language", "--like", "vision")[0] == 0
    assert "$schema=../schemas/tenant.json" in (repository / "tenants/ml/language.yaml").read_text()
    assert tenantry("new", "zoo", "--tier", "large")[0] == 0
    assert (
        (repository / "tenants/zoo.yaml")
        .read_text()
        .startswith("# yaml-language-server: $schema=schemas/tenant.json\n")
    )


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("https://example.com/tenant.json", "https://example.com/tenant.json"),
        ("/schemas/tenant.json", "/schemas/tenant.json"),
        (None, ".schemas/tenant.schema.json"),
    ],
)
def test_the_schema_is_named_as_elsewhere_or_as_init_has_laid_it(tenantry, repository, link, wanted):
    text = VISION.split("\n", 1)[1] if link is None else VISION.replace("../schemas/tenant.json", link)
    (repository / "tenants/vision.yaml").write_text(text)
    tenantry("schema", "--write", "tenants/.schemas")
    tenantry("new", "zoo", "--tier", "large")
    assert (repository / "tenants/zoo.yaml").read_text().startswith(f"# yaml-language-server: $schema={wanted}\n")


def test_without_any_schema_none_is_named(tenantry, repository):
    (repository / "tenants/vision.yaml").unlink()
    (repository / "tenants/research.yaml").unlink()
    tenantry("new", "zoo", "--tier", "large")
    assert (repository / "tenants/zoo.yaml").read_text().startswith("apiVersion:")


def test_a_name_that_yaml_readers_would_take_for_something_else_is_quoted(tenantry, repository):
    assert tenantry("new", "on", "--tier", "large", "--owner-group", "1234")[0] == 0
    text = (repository / "tenants/on.yaml").read_text()
    assert '  name: "on"\n' in text
    assert '    - group: "1234"\n' in text
    assert tenantry("new", "1e3", "--like", "on")[0] == 0
    assert '  name: "1e3"\n' in (repository / "tenants/1e3.yaml").read_text()


def test_something_else_of_that_name_is_not_touched(tenantry, repository):
    (repository / "tenants/zoo.yaml").mkdir()
    message = "NAME: 'zoo' is a tenant already, in tenants/zoo.yaml; choose another name\n"
    assert tenantry("new", "zoo", "--tier", "large") == (2, "", message + NOTHING)


def test_a_file_that_appears_in_the_meantime_is_not_overwritten(tenantry, repository, monkeypatch):
    path = repository / "tenants/zoo.yaml"
    monkeypatch.setattr(new, "_errors", lambda *_: path.write_text("theirs") and [])
    assert tenantry("new", "zoo", "--tier", "large")[0] == 2
    assert path.read_text() == "theirs"
