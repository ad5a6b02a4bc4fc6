import json
import os

import pytest
from repositories import GOING, PLATFORM, files, repository, stamps, tenant, write

CURRENT = "2 tenants, 8 files: rendered/ is current\n"


@pytest.fixture
def root(tmp_path, tenantry):
    repository(tmp_path, "vision", nlp=GOING)
    assert tenantry("render") == (0, "2 tenants, 8 files: 8 written, 0 unchanged\n", "")
    return tmp_path


def test_a_second_rendering_writes_nothing(root, tenantry):
    before = stamps(root)
    for arguments in ([], ["--no-index"], ["--jobs", "2"]):
        assert tenantry("render", *arguments) == (0, "2 tenants, 8 files: 0 written, 8 unchanged\n", "")
    assert stamps(root) == before


def test_what_was_done_is_counted(root, tenantry):
    write(root, "tenants/vision.yaml", tenant("vision", "{tier: large}"))
    (root / "tenants/nlp.yaml").unlink()
    assert tenantry("render") == (0, "1 tenant, 4 files: 1 written, 4 deleted, 3 unchanged\n", "")


def test_a_hand_edited_file_is_2_and_nothing_at_all_is_written(root, tenantry):
    path = "rendered/eu/tenants/nlp/20-rbac.yaml"
    write(
        root,
        path,
        files(root)[path].replace(b"automountServiceAccountToken: false", b"automountServiceAccountToken: true"),
    )
    write(root, "tenants/vision.yaml", tenant("vision", "{tier: large}"))
    write(root, "tenants/new.yaml", tenant("new"))
    before = stamps(root)
    assert tenantry("render") == (
        2,
        "",
        (
            f"{path}: the file was changed by hand after it was rendered; put the change into tenants/nlp.yaml, then "
            "delete this file and render again\n"
            "1 error; nothing was written\n"
        ),
    )
    assert stamps(root) == before
    assert tenantry("check")[0] == tenantry("render", "--check")[0] == 1
    (root / path).unlink()
    assert tenantry("render") == (0, "3 tenants, 12 files: 6 written, 6 unchanged\n", "")


def test_a_file_of_somebody_else_is_a_warning(root, tenantry):
    write(root, "rendered/eu/notes.txt", "x")
    expected = "rendered/eu/notes.txt: warning: the file is not one of tenantry's and stays as it is\n"
    assert tenantry("render") == (0, "2 tenants, 8 files: 0 written, 8 unchanged\n", expected)
    assert tenantry("check") == (0, f"{CURRENT}no findings\n", expected)


def test_a_broken_file_is_told_with_line_and_column_and_nothing_is_written(root, tenantry):
    write(
        root,
        "tenants/nlp.yaml",
        "kind: Tenant\napiVersion: tenantry.dev/v1\nmetadata: {name: nlp}\nspec:\n  tear: small\n  owners: []\n  lifecycle: dead\n",
    )
    write(root, "tenants/vision.yaml", tenant("vision", "{tier: large, clusters: [use]}"))
    before = stamps(root)
    expected = [
        "tenants/nlp.yaml:5:3: spec.tear: there is no such field; did you mean 'tier'?",
        "tenants/nlp.yaml:7:3: spec.lifecycle: 'dead' is not allowed; use one of 'active', 'frozen', 'offboarding'",
        "tenants/vision.yaml:4:32: spec.clusters.use: 'use' is not a cluster of the platform; did you mean 'us'?",
    ]
    code, out, err = tenantry("render")
    assert (code, out, err.splitlines()) == (2, "", [*expected, "3 errors; nothing was written"])
    assert stamps(root) == before
    assert tenantry("render", "--check")[0] == tenantry("check")[0] == 2


def test_what_is_wrong_on_several_clusters_is_one_error(root, tenantry):
    write(
        root,
        "tenants/templates/note.yaml.j2",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note, namespace: elsewhere}\n",
    )
    write(root, "tenants/vision.yaml", tenant("vision", "{tier: small, clusters: [eu, us], extras: {note: {}}}"))
    place = "tenants/vision.yaml:4:50: spec.extras.note"
    message = f"{place}: template 'note' makes a ConfigMap in namespace 'elsewhere'; the tenant's are vision"
    assert tenantry("render") == (2, "", f"{message}\n1 error; nothing was written\n")
    assert tenantry("check")[2].splitlines() == [message, "1 error; what is wrong was not judged"]


def test_without_a_platform_file_it_is_said_how_to_begin(tenantry):
    for command in ("render", "check"):
        code, out, err = tenantry(command)
        assert (code, out) == (2, "")
        assert err.endswith(
            "there is no tenants/platform.yaml here or in a folder above; start one with: tenantry init\n"
        )


def test_a_check_says_what_would_change_and_changes_nothing(root, tenantry):
    write(root, "tenants/vision.yaml", tenant("vision", "{tier: large}"))
    (root / "tenants/nlp.yaml").unlink()
    before = stamps(root)
    assert tenantry("render", "--check") == (
        1,
        (
            "rendered/ is not what the tenant files ask for:\n"
            "  change  rendered/eu/tenants/vision/10-quota.yaml\n"
            "      -# tenants/platform.yaml#spec/tiers/small/quota\n"
            "      +# tenants/platform.yaml#spec/tiers/large/quota\n"
            '      -    pods: "20"\n'
            '      -    requests.cpu: "8"\n'
            "      -    requests.memory: 16Gi\n"
            '      +    pods: "200"\n'
            '      +    requests.cpu: "64"\n'
            "      +    requests.memory: 256Gi\n"
            "  delete  rendered/eu/tenants/nlp/00-namespace.yaml\n"
            "  delete  rendered/eu/tenants/nlp/10-quota.yaml\n"
            "  delete  rendered/eu/tenants/nlp/20-rbac.yaml\n"
            "  delete  rendered/eu/tenants/nlp/30-network.yaml\n"
            "5 files would change; write them with: tenantry render\n"
        ),
        "",
    )
    assert stamps(root) == before


@pytest.mark.usefixtures("root")
def test_a_check_without_changes_is_clean(tenantry):
    assert tenantry("render", "--check") == (0, CURRENT, "")


def test_a_part_alone_is_rendered(root, tenantry):
    for name in ("nlp", "vision"):
        write(root, f"tenants/{name}.yaml", tenant(name, "{tier: large, clusters: [eu, us]}"))
    code, out, err = tenantry("render", "--tenant", "vision", "--cluster", "eu")
    assert (code, out, err) == (0, "2 tenants, 4 files: 1 written, 3 unchanged\n", "")
    assert tenantry("render", "--cluster", "us")[1].endswith(": 8 written, 0 unchanged\n")
    assert tenantry("render")[1] == "2 tenants, 16 files: 2 written, 14 unchanged\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tenant", "visio"], "--tenant: 'visio' is not a tenant; did you mean 'vision'?\n"),
        (["--cluster", "prod"], "--cluster: 'prod' is not a cluster; use one of 'eu', 'us'\n"),
    ],
)
def test_a_part_that_does_not_exist_is_refused(root, tenantry, arguments, message):
    before = stamps(root)
    write(root, "tenants/vision.yaml", tenant("vision", "{tier: large}"))
    assert tenantry("render", *arguments) == (2, "", message + "1 error; nothing was written\n")
    assert stamps(root) == before


def test_a_rendering_may_be_started_from_anywhere_in_the_repository(root, tenantry, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(root / "tenants")
    assert tenantry("render")[:2] == (0, "2 tenants, 8 files: 0 written, 8 unchanged\n")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    write(root, "tenants/nlp.yaml", tenant("nlp", "{tear: small}"))
    code, _, err = tenantry("-C", root, "render")
    assert code == 2
    assert err.startswith("tenants/nlp.yaml:4:8: spec.tear: there is no such field; did you mean 'tier'?\n")


def test_a_broken_platform_file_is_told_with_its_place(root, tenantry):
    write(root, "tenants/platform.yaml", PLATFORM.replace("tiers:", "tear:"))
    code, _, err = tenantry("render")
    assert code == 2
    assert "tenants/platform.yaml:8:3: spec.tear: there is no such field; did you mean 'tiers'?\n" in err


def test_another_layout_is_rendered_whole(root, tenantry):
    write(root, "tenants/platform.yaml", PLATFORM + "  layout: " + json.dumps({"split": "tenant"}) + "\n")
    assert tenantry("render") == (0, "2 tenants, 2 files: 2 written, 8 deleted, 0 unchanged\n", "")
    assert sorted(os.listdir(root / "rendered/eu/tenants")) == ["nlp.yaml", "vision.yaml"]  # noqa: PTH208 - names only
