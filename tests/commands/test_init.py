import json
import os
import re

import pytest
import yaml

from generator import __version__, documents, names, schema
from generator.commands import init

NEW = """\
wrote:
  .gitattributes
  .github/CODEOWNERS
  .github/workflows/tenantry.yml
  .gitignore
  .pre-commit-config.yaml
  .vscode/settings.json
  README.md
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
rendered 1 tenant into 4 files
next:
  name your teams in .github/CODEOWNERS
  tenantry new NAME --tier small --owner-group GROUP
  git add . && git commit
"""


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".tenantry" not in path.parts
    }


def test_a_repository_is_made_and_is_clean_at_once(tenantry, tmp_path):
    assert tenantry("init", "--kubernetes", "1.34") == (0, NEW, "")
    assert tenantry("check") == (0, "1 tenant, 4 files: rendered/ is current\nno findings\n", "")
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
    assert "rendered/** text eol=lf" in attributes  # a review must see what is rendered
    assert (tmp_path / ".gitignore").read_text() == ".tenantry/\n"


def test_every_file_of_the_scaffold_is_used():
    used = {*init.FILES.values(), *(name for files in init.HOSTED.values() for name in files.values())}
    assert used == {path.name for path in init.SCAFFOLD.iterdir()}
