"""``check --base``: what vanishes between the start of a change and its end was on its way out at the start."""

import subprocess

import pytest
from repositories import GOING, PLATFORM, repository, tenant, write
from story import IDENTITY

REMOVALS = "apiVersion: tenantry.dev/v1\nkind: Removals\nremovals:\n"


def git(root, *arguments):
    run = subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return run.stdout.strip()


@pytest.fixture
def change(tmp_path, tenantry):
    """Make commits of rendered states; return what the guard says of the branch against main."""

    def commit():
        assert tenantry("render")[::2] == (0, "")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "a change")

    def checked(base="main"):
        code, _, err = tenantry("check", "--base", base, "--ignore", "T09")
        told = [line for line in err.splitlines() if line.startswith("tenants/")]
        assert code == (2 if any(": warning: " not in line for line in told) else 0)
        return told

    git(tmp_path, "init", "-q", "-b", "main")
    repository(tmp_path, "nlp", going=GOING, frozen="{tier: small, lifecycle: frozen}", more=GOING)
    commit()
    git(tmp_path, "switch", "-qc", "change")
    commit.checked = checked
    return commit


def test_a_tenant_that_was_offboarding_at_the_start_may_go(tmp_path, change):
    (tmp_path / "tenants/going.yaml").unlink()
    change()
    assert change.checked() == []


def test_offboarding_within_the_change_does_not_count_whatever_happens_in_between(tmp_path, change):
    write(tmp_path, "tenants/frozen.yaml", tenant("frozen", GOING))
    change()
    assert change.checked() == []
    (tmp_path / "tenants/frozen.yaml").unlink()
    change()
    (line,) = change.checked()
    assert line.startswith(
        "tenants/frozen.yaml: the file is gone, and frozen is 'frozen' in main: namespace frozen (eu) would be deleted"
    )


def test_files_that_are_deleted_by_hand_are_missed(tmp_path, change):
    (tmp_path / "tenants/nlp.yaml").unlink()
    git(tmp_path, "rm", "-rq", "rendered/eu/tenants/nlp")
    change()
    (line,) = change.checked()
    assert line.startswith("tenants/nlp.yaml: the file is gone, and nlp is 'active' in main: namespace nlp (eu)")


def test_what_is_not_committed_yet_is_seen_too(tmp_path, change, tenantry):
    write(tmp_path, "tenants/frozen.yaml", tenant("frozen", GOING))
    tenantry("render")
    (tmp_path / "tenants/frozen.yaml").unlink()
    tenantry("render")
    assert len(change.checked()) == 1


def test_what_main_has_got_since_is_no_loss_of_the_change(tmp_path, change):
    change_of_ours = tenant("nlp", "{tier: large}")
    git(tmp_path, "switch", "-q", "main")
    write(tmp_path, "tenants/fresh.yaml", tenant("fresh"))
    change()
    git(tmp_path, "switch", "-q", "change")
    write(tmp_path, "tenants/nlp.yaml", change_of_ours)
    change()
    assert change.checked() == []


def test_a_renaming_with_full_names_loses_nothing(tmp_path, change):
    (tmp_path / "tenants/nlp.yaml").unlink()
    kept = "{tier: small, namespaces: [{name: main, fullName: nlp}]}"
    write(tmp_path, "tenants/language.yaml", tenant("language", kept))
    change()
    assert change.checked() == []


def test_a_renaming_without_them_is_recognised(tmp_path, change):
    (tmp_path / "tenants/nlp.yaml").unlink()
    write(tmp_path, "tenants/nlps.yaml", tenant("nlps"))
    git(tmp_path, "rm", "-rq", "rendered/eu/tenants/nlp")
    change()
    (line,) = change.checked()
    assert line.endswith("in tenants/nlps.yaml: namespaces: [{name: main, fullName: nlp}]")


def test_one_change_removes_one_tenant_however_many_steps_it_takes(tmp_path, change):
    for name in ("going", "more"):
        (tmp_path / f"tenants/{name}.yaml").unlink()
        change()
    (line,) = change.checked()
    assert line.startswith("tenants/removals.yaml: 2 tenants (going and more) would be removed at once")
    entry = "  - {tenants: [going, more], reason: They have moved., owner: ann, until: '9999-12-31'}\n"
    write(tmp_path, "tenants/removals.yaml", REMOVALS + entry)
    assert change.checked() == []
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "agreed")
    (line,) = change.checked("change")
    assert line == (
        "tenants/removals.yaml:4:6: warning: removals[0].tenants: there are no tenants 'going', 'more' any more; drop them"
    )


def test_a_change_cannot_lift_its_own_limits(tmp_path, change):
    for name in ("going", "more"):
        (tmp_path / f"tenants/{name}.yaml").unlink()
    write(tmp_path, "tenants/platform.yaml", PLATFORM + "  guard: {maxRemovedTenants: 9}\n")
    change()
    (line,) = change.checked()
    assert "spec.guard.maxRemovedTenants of the platform file allows 1" in line


def test_a_file_that_was_never_rendered_is_missed_by_its_name(tmp_path, change):
    git(tmp_path, "switch", "-q", "main")
    write(tmp_path, "tenants/fresh.yaml", tenant("fresh"))
    write(tmp_path, "tenants/group.yaml", tenant("group", "{namespaces: []}"))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "not rendered")
    git(tmp_path, "switch", "-qc", "other")
    (tmp_path / "tenants/fresh.yaml").unlink()
    (tmp_path / "tenants/group.yaml").unlink()
    assert change.checked() == [
        (
            "tenants/fresh.yaml: the file is gone, and fresh is 'active' in main, where nothing is rendered for it; restore "
            "the file, and have it rendered there first"
        )
    ]


def test_a_label_that_was_written_by_hand_at_the_start_opens_nothing(tmp_path, change):
    git(tmp_path, "switch", "-q", "main")
    path = tmp_path / "rendered/eu/tenants/nlp/00-namespace.yaml"
    path.write_text(path.read_text().replace("lifecycle: active", "lifecycle: offboarding"))
    git(tmp_path, "commit", "-qam", "by hand")
    git(tmp_path, "switch", "-qc", "other")
    (tmp_path / "tenants/nlp.yaml").unlink()
    git(tmp_path, "rm", "-rq", "rendered/eu/tenants/nlp")
    (line,) = change.checked()
    assert line.startswith("tenants/nlp.yaml: the file is gone, and nlp is 'edited by hand' in main")


@pytest.mark.usefixtures("change")
@pytest.mark.parametrize(
    "text", ["metadata:", "metadata: [x]", "metadata: {name: 7}", "metadata: {name: nlp, labels: }", "\t"]
)
def test_a_namespace_that_somebody_has_made_unreadable_stops_nothing_but_the_change(tmp_path, tenantry, text):
    git(tmp_path, "switch", "-q", "main")
    path = tmp_path / "rendered/eu/tenants/nlp/00-namespace.yaml"
    head = "".join(path.read_text().splitlines(keepends=True)[:2])
    path.write_text(f"{head}apiVersion: v1\nkind: Namespace\n{text}\n")
    git(tmp_path, "commit", "-qam", "by hand")
    git(tmp_path, "switch", "-qc", "other")
    (tmp_path / "tenants/nlp.yaml").unlink()
    git(tmp_path, "rm", "-rq", "rendered/eu/tenants/nlp")
    code, _, err = tenantry("check", "--base", "main")
    assert code == 2
    assert "tenants/nlp.yaml: the file is gone, and nlp is" in err
