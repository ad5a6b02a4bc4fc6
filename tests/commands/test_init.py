import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

from generator import __version__
from generator.commands import init
from generator.kubernetes import names
from generator.validation import schema
from generator.yaml import documents

NEW = """\
wrote:
  .gitattributes
  .github/CODEOWNERS
  .github/workflows/tenantry.yml
  .gitignore
  .pre-commit-config.yaml
  .vscode/settings.json
  README.md
  clusters/production/flux-system/gotk-components.yaml
  clusters/production/flux-system/gotk-sync.yaml
  clusters/production/flux-system/kustomization.yaml
  clusters/production/kustomization.yaml
  policies/README.md
  tenants/.schemas/adjustment.schema.json
  tenants/.schemas/custom-resources.schema.json
  tenants/.schemas/platform.schema.json
  tenants/.schemas/policy.schema.json
  tenants/.schemas/preset.schema.json
  tenants/.schemas/removals.schema.json
  tenants/.schemas/tenant.schema.json
  tenants/.schemas/waivers.schema.json
  tenants/example.yaml
  tenants/platform.yaml
rendered 1 tenant into 10 files
next:
  set the address of this repository in tenants/platform.yaml, and run: tenantry render
  name your teams in .github/CODEOWNERS
  tenantry new NAME --tier small --owner-group GROUP
  git add . && git commit && git push
  have Flux apply it, as the README says
"""


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".tenantry" not in path.parts
    }


def test_a_repository_is_made_and_is_clean_at_once(tenantry, tmp_path):
    assert tenantry("init", "--kubernetes", "1.34") == (0, NEW, "")
    code, out, _ = tenantry("check")
    assert (code, out.splitlines()[0]) == (0, "1 tenant, 10 files: rendered/ is current")
    assert out.splitlines()[-1] == "1 finding: 1 info"  # that nobody signs commits yet
    assert (tmp_path / "rendered/production/tenants/example/20-rbac.yaml").is_file()


@pytest.mark.parametrize("sync", ["flux", "argocd"])
@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_every_kind_of_repository_is_clean_and_has_no_placeholder_left(tenantry, tmp_path, sync, host):
    assert tenantry("init", "made", f"--{sync}", f"--{host}", "--cluster", "on")[0] == 0
    assert tenantry("-C", "made", "check")[0] == 0
    texts = contents(tmp_path / "made")
    assert [path for path, text in texts.items() if re.search(rb"__[A-Z]+__", text)] == []
    platform = documents.read(tmp_path / "made", "tenants/platform.yaml").value
    assert platform["spec"]["clusters"][0]["sync"] == sync
    assert any(path.startswith("rendered/on/sync/") for path in texts)
    assert any(path.startswith("clusters/on/") for path in texts)
    assert any(path.startswith("rendered/on/") for path in texts)
    assert (".gitlab-ci.yml" in texts) == (host == "gitlab")
    assert (".github/workflows/tenantry.yml" in texts) == (host == "github")


def test_a_second_run_changes_nothing(tenantry, tmp_path):
    tenantry("init")
    before = contents(tmp_path)
    assert tenantry("init") == (0, "nothing to write: every file is there\n", "")
    assert contents(tmp_path) == before


def test_what_is_there_is_kept_and_listed(tenantry, tmp_path):
    (tmp_path / "README.md").write_text("ours\n")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/CODEOWNERS").write_text("* @us\n")
    code, out, err = tenantry("init")
    assert (code, err) == (0, "")
    assert "kept as they are:\n  .github/CODEOWNERS\n  README.md\n" in out
    assert (tmp_path / "README.md").read_text() == "ours\n"
    assert (tmp_path / ".github/CODEOWNERS").read_text() == "* @us\n"


def test_a_repository_that_has_tenants_gets_no_example_and_is_not_rendered(tenantry, tmp_path):
    tenantry("init")
    (tmp_path / "tenants/example.yaml").rename(tmp_path / "tenants/vision.yaml")
    (tmp_path / ".gitattributes").unlink()
    rendered = contents(tmp_path / "rendered")
    assert tenantry("init") == (0, "wrote:\n  .gitattributes\n", "")
    assert not (tmp_path / "tenants/example.yaml").exists()
    assert contents(tmp_path / "rendered") == rendered


def test_schemas_of_another_version_are_kept_and_it_is_said_how_to_renew_them(tenantry, tmp_path):
    tenantry("init")
    (tmp_path / "tenants/.schemas/tenant.schema.json").write_text("{}")
    assert tenantry("init")[1] == (
        "kept as they are:\n  tenants/.schemas/tenant.schema.json\n"
        "bring the schemas up to date with: tenantry schema --write tenants/.schemas\n"
        "nothing to write: every file is there\n"
    )


def test_all_that_stands_in_the_way_is_told_at_once_and_nothing_is_written(tenantry, tmp_path):
    (tmp_path / "README.md").mkdir()
    (tmp_path / "tenants").touch()
    if os.name != "nt":
        (tmp_path / "policies").symlink_to("/")
        (tmp_path / ".gitignore").symlink_to("nowhere")
    before = sorted(tmp_path.iterdir())
    assert tenantry("init") == (
        2,
        "",
        (".gitignore: a link to nowhere is where a file is needed; move it away\n" if os.name != "nt" else "")
        + "README.md: a folder is where a file is needed; move it away\n"
        + ("policies: a link is where a folder is needed; move it away\n" if os.name != "nt" else "")
        + "tenants: a file is where a folder is needed; move it away\n",
    )
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("--cluster", "Prod_EU"),
            f"--cluster: 'Prod_EU' {names.DNS_LABEL.refuse('Prod_EU')}\n",
        ),
        (
            ("--repository", "http://git.example.com/t.git"),
            (
                "--repository: 'http://git.example.com/t.git' is not encrypted, so that anybody on the way can change what is "
                "applied; write https://git.example.com/t.git\n"
            ),
        ),
        (
            ("--kubernetes", "v1.34.2"),
            "--kubernetes: 'v1.34.2' has no schemas to check against; write 1.34\n",
        ),
    ],
)
def test_options_that_cannot_be_are_refused(tenantry, tmp_path, args, message):
    assert tenantry("init", *args) == (2, "", message)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder_to_start_in(tenantry, tmp_path):
    (tmp_path / "file").touch()
    message = f"{tmp_path}/file: a file is where the folder would be; choose another folder\n"
    assert tenantry("init", "file/repository") == (2, "", message)


def test_inside_a_git_repository_it_is_said_that_ci_reads_its_top(tenantry, tmp_path):
    (tmp_path / ".git").mkdir()
    assert "move what CI reads to the top of the git repository" in tenantry("init", "tenancy")[1]
    assert "move what CI reads" not in tenantry("init", ".")[1]


def test_an_assumed_version_is_told(tenantry):
    assert re.search(
        r"set the cluster's version in tenants/platform\.yaml, where 1\.\d+ is assumed", tenantry("init")[1]
    )


def test_the_workflow_may_only_read_and_runs_what_cannot_change(tenantry, tmp_path):
    tenantry("init")
    workflow = yaml.safe_load((tmp_path / ".github/workflows/tenantry.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["check"]["steps"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)] == []
    assert steps[0]["with"] == {"persist-credentials": False, "fetch-depth": 0}  # a base can be asked for
    assert [step["run"] for step in steps if "run" in step] == [
        f'python -m pip install "tenantry=={__version__}"',
        'tenantry check --format github ${BASE:+--base "origin/$BASE"}',
    ]
    assert steps[-1]["env"] == {"BASE": "${{ github.base_ref }}"}  # never a part of the script


def test_gitlab_runs_the_check_in_merge_requests(tenantry, tmp_path):
    tenantry("init", "--gitlab")
    pipeline = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())
    assert pipeline["tenantry"]["script"][-1].startswith("tenantry check --output gitlab=findings.json ")
    assert pipeline["tenantry"]["artifacts"]["reports"] == {"codequality": "findings.json"}
    assert {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'} in pipeline["tenantry"]["rules"]


def test_owners_editors_hooks_and_git_know_the_layout(tenantry, tmp_path):
    tenantry("init")
    owners = (tmp_path / ".github/CODEOWNERS").read_text().split()
    assert owners[owners.index("/rendered/**/20-rbac.yaml") + 1] == "@example/security-team"
    assert owners[owners.index("/policies/") + 1] == "@example/platform-team"
    assert owners[owners.index("/.github/") + 1] == "@example/platform-team"
    mapped = json.loads((tmp_path / ".vscode/settings.json").read_text())["yaml.schemas"]
    assert set(mapped) == {f"tenants/.schemas/{kind}.schema.json" for kind in schema.KINDS}
    assert all((tmp_path / path).is_file() for path in mapped)
    assert mapped["tenants/.schemas/adjustment.schema.json"] == ["policies/adjustments/*.yaml"]
    hook = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"][0]
    assert (hook["entry"], hook["pass_filenames"]) == ("tenantry check", False)
    attributes = (tmp_path / ".gitattributes").read_text().splitlines()
    assert "rendered/** text eol=lf" in attributes
    folded = [line for line in attributes if "generated" in line]  # a host folds away what is marked so
    assert folded == ["rendered/*/sync/tenants*/kustomization.yaml linguist-generated=true"]
    assert owners[owners.index("/rendered/*/sync/") + 1] == "@example/security-team"
    assert (tmp_path / ".gitignore").read_text() == ".tenantry/\n"


def test_every_file_of_the_scaffold_is_used():
    used = {*init.FILES.values(), *init.STEPS.values()}
    used |= {name for table in (init.HOSTED, init.SYNCED) for files in table.values() for name in files.values()}
    assert used == {path.name for path in init.SCAFFOLD.iterdir()}


def address(root):
    return documents.read(root, "tenants/platform.yaml").value["spec"]["repository"]["url"]


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/example/tenants.git", "https://github.com/example/tenants.git"),
        ("git@github.com:example/tenants.git", "ssh://git@github.com/example/tenants.git"),
        ("ssh://git@github.com/example/tenants.git", "ssh://git@github.com/example/tenants.git"),
        ("/srv/git/tenants.git", "https://git.example.com/platform/tenants.git"),  # nobody else can read that
    ],
)
def test_the_repository_is_the_one_that_git_knows(tenantry, tmp_path, remote, expected):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "remote", "add", "origin", remote], cwd=tmp_path, check=True)
    out = tenantry("init")[1]
    assert address(tmp_path) == expected
    assert ("set the address of this repository" in out) == ("git.example.com" in expected)


def test_an_address_that_is_given_is_taken(tenantry, tmp_path):
    url = "https://gitlab.com/example/tenants.git"
    assert "set the address" not in tenantry("init", "--argocd", "--repository", url)[1]
    assert address(tmp_path) == url
    assert url in (tmp_path / "rendered/production/sync/root.yaml").read_text()


@pytest.mark.parametrize("sync", ["flux", "argocd"])
def test_a_new_repository_is_locked_down_as_the_policies_ask(tenantry, sync):
    tenantry("init", f"--{sync}")
    out = json.loads(tenantry("lint", ".", "--format", "json")[1])
    assert [one["policy"] for one in out["findings"]] == ["flux-sources-are-verified"] * (sync == "flux")


def test_the_readme_names_what_is_there(tenantry, tmp_path):
    for sync in ("flux", "argocd"):
        tenantry("init", sync, f"--{sync}", "--gitlab")
        root = tmp_path / sync
        text = (root / "README.md").read_text()
        named = set(re.findall(r"(?:clusters|rendered)/production(?:/[-\w.]+)*", text))
        assert named
        assert [path for path in named if not (root / path).exists()] == []
        assert ("flux bootstrap gitlab " in text) == (sync == "flux")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not here, which has kustomize in it")
def test_what_flux_is_led_to_can_be_built(tenantry, tmp_path):
    tenantry("init")
    (tmp_path / "clusters/production/flux-system/gotk-components.yaml").write_text("# none\n")
    command = ["kubectl", "kustomize", "--load-restrictor", "LoadRestrictionsNone", "rendered/production/sync"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert {body["kind"] for body in yaml.safe_load_all(built)} >= {"GitRepository", "Kustomization", "ServiceAccount"}
