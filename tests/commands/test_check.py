import pytest
from repositories import GOING, files, repository, stamps, tenant, write

RBAC = "rendered/eu/tenants/nlp/20-rbac.yaml"


@pytest.fixture
def root(tmp_path, tenantry):
    repository(tmp_path, "nlp", "vision")
    tenantry("render")
    return tmp_path


@pytest.mark.usefixtures("root")
def test_what_is_right_is_0(tenantry):
    for arguments in ([], ["--no-index"], ["--jobs", "2"]):
        assert tenantry("check", *arguments) == (0, "2 tenants, 8 files: rendered/ is current\nno findings\n", "")


def test_a_check_writes_nothing_at_all(tmp_path, tenantry):
    repository(tmp_path, "nlp")
    assert tenantry("check")[0] == 1
    assert set(files(tmp_path, ".")) == {"tenants/nlp.yaml", "tenants/platform.yaml"}


def test_drift_is_1(root, tenantry):
    (root / RBAC).unlink()
    write(root, "tenants/more.yaml", tenant("more"))
    assert tenantry("check") == (
        1,
        (
            "rendered/ is not what the tenant files ask for:\n"
            "  create  rendered/eu/tenants/more/00-namespace.yaml\n"
            "  create  rendered/eu/tenants/more/10-quota.yaml\n"
            "  create  rendered/eu/tenants/more/20-rbac.yaml\n"
            "  create  rendered/eu/tenants/more/30-network.yaml\n"
            "  create  rendered/eu/tenants/nlp/20-rbac.yaml\n"
            "5 files would change; write them with: tenantry render\nno findings\n"
        ),
        "",
    )


def test_a_hand_edited_file_is_1_and_is_told(root, tenantry):
    write(root, RBAC, files(root)[RBAC] + b"# mine\n")
    before = stamps(root)
    code, out, err = tenantry("check")
    assert code == 1
    assert f"  edited  {RBAC}\n" in out
    assert err.startswith(
        f"{RBAC}: the file was changed by hand after it was rendered; put the change into tenants/nlp.yaml"
    )
    assert stamps(root) == before


def test_a_hand_edited_file_of_a_tenant_that_is_gone_is_1(root, tenantry):
    write(root, "tenants/nlp.yaml", tenant("nlp", GOING))
    tenantry("render")
    write(root, RBAC, files(root)[RBAC] + b"# mine\n")
    (root / "tenants/nlp.yaml").unlink()
    assert tenantry("check")[0] == 1
    for name in ("00-namespace", "10-quota", "30-network"):
        (root / f"rendered/eu/tenants/nlp/{name}.yaml").unlink()
    assert tenantry("check") == (
        1,
        "no findings\n",
        (
            f"{RBAC}: nothing asks for this file any more, and it was changed by hand; save the change, then delete the file\n"
            "1 error under rendered/\n"
        ),
    )


def test_a_file_of_somebody_else_at_a_wanted_path_is_1(root, tenantry):
    write(root, RBAC, "kind: Role\n")
    code, out, err = tenantry("check")
    assert (code, f"  taken  {RBAC}\n" in out) == (1, True)
    assert err == (
        f"{RBAC}: tenantry has to write here, and the file is not one of its own; move the file away and render again\n"
    )


@pytest.mark.parametrize("name", ["rendered", "rendered/eu/tenants/nlp"])
def test_a_link_to_the_right_files_is_1(root, tenantry, name):
    (root / name).rename(root / "elsewhere")
    (root / name).symlink_to(root / "elsewhere")
    assert tenantry("check") == (
        1,
        "no findings\n",
        f"{name}: this is a link, and rendered files never go through one; replace it\n1 error under rendered/\n",
    )


def test_wrong_input_is_2_whatever_rendered_looks_like(root, tenantry):
    (root / RBAC).unlink()
    write(root, "tenants/vision.yaml", tenant("vision", "{tear: small}"))
    code, out, err = tenantry("check")
    assert (code, out) == (2, "")
    assert (
        err
        == "tenants/vision.yaml:4:8: spec.tear: there is no such field; did you mean 'tier'?\n1 error; what is wrong was not judged\n"
    )
