"""Nothing vanishes that was not on its way out before, and not too much at once; what is refused writes nothing."""

import shutil

import pytest
from repositories import GOING, PLATFORM, files, rendering, repository, stamps, tenant, told, write

from generator.pipeline import Options, render

THEN = "render and commit that, and drop it in another change, when the clusters have taken that up"
REMOVALS = "apiVersion: tenantry.dev/v1\nkind: Removals\nremovals:\n"


def refused(root, **options):
    """Render; return what is told, and see that nothing was written, whichever way it is tried."""
    before = stamps(root)
    outcomes = [
        render(root, Options(write=write_too, use_index=use_index, **options))
        for write_too in (False, True)
        for use_index in (False, True)
    ]
    assert [told(outcome) for outcome in outcomes] == [told(outcomes[0])] * len(outcomes)
    assert all(outcome.errors for outcome in outcomes)
    assert stamps(root) == before
    return told(outcomes[0])


def agreed(root, text):
    write(root, "tenants/removals.yaml", f"{REMOVALS}{text}")


# What was not on its way out


@pytest.mark.parametrize("lifecycle", ["active", "frozen"])
def test_the_file_of_a_tenant_that_is_not_offboarding_cannot_be_deleted(tmp_path, lifecycle):
    repository(tmp_path, "nlp", vision=f"{{tier: small, lifecycle: {lifecycle}}}")
    rendering(tmp_path)
    (tmp_path / "tenants/vision.yaml").unlink()
    expected = (
        f"tenants/vision.yaml: the file is gone, and vision is '{lifecycle}' in rendered/: namespace vision (eu) would be "
        f"deleted with all that is in it; restore the file with lifecycle: offboarding in it, {THEN}"
    )
    assert refused(tmp_path) == refused(tmp_path, tenants=frozenset(["vision"])) == [expected]
    assert refused(tmp_path, clusters=frozenset(["eu"])) == [expected]


def test_what_is_said_in_the_same_change_does_not_count(tmp_path):
    repository(tmp_path, "nlp", "vision")
    rendering(tmp_path)
    write(tmp_path, "tenants/vision.yaml", tenant("vision", GOING))
    (tmp_path / "tenants/vision.yaml").unlink()
    assert len(refused(tmp_path)) == 1
    write(tmp_path, "tenants/vision.yaml", tenant("vision", GOING))
    rendering(tmp_path)
    (tmp_path / "tenants/vision.yaml").unlink()
    rendering(tmp_path)
    assert {path.split("/")[3] for path in files(tmp_path)} == {"nlp"}


def test_a_label_that_is_written_by_hand_opens_nothing(tmp_path):
    repository(tmp_path, "nlp", "vision")
    rendering(tmp_path)
    path = tmp_path / "rendered/eu/tenants/vision/00-namespace.yaml"
    path.write_text(path.read_text().replace("lifecycle: active", "lifecycle: offboarding"))
    (tmp_path / "tenants/vision.yaml").unlink()
    (line,) = refused(tmp_path)
    assert line.startswith(
        "rendered/eu/tenants/vision/00-namespace.yaml: nothing asks for this file any more, and it was changed"
    )


def test_a_namespace_cannot_be_dropped_from_the_list_before_it_is_offboarding(tmp_path):
    spec = "{tier: small, namespaces: [{name: a}%s]}"
    repository(tmp_path, vision=spec % ", {name: b}, {name: c}")
    rendering(tmp_path)
    write(tmp_path, "tenants/vision.yaml", tenant("vision", spec % ""))
    assert refused(tmp_path) == [
        (
            "tenants/vision.yaml: spec.namespaces: namespaces vision-b (eu) and vision-c (eu) would be deleted with all that "
            f"is in them, which are 'active' in rendered/; list them again with lifecycle: offboarding, {THEN}"
        )
    ]
    going = ", {name: b, lifecycle: offboarding}, {name: c, lifecycle: offboarding}"
    write(tmp_path, "tenants/vision.yaml", tenant("vision", spec % going))
    rendering(tmp_path)
    write(tmp_path, "tenants/vision.yaml", tenant("vision", spec % ""))
    rendering(tmp_path)


def test_a_tenant_cannot_leave_a_cluster_before_it_is_offboarding_there(tmp_path):
    repository(tmp_path, vision="{tier: small, clusters: [eu, us]}")
    rendering(tmp_path)
    write(tmp_path, "tenants/vision.yaml", tenant("vision", "{tier: small, clusters: [eu]}"))
    assert refused(tmp_path) == [
        (
            "tenants/vision.yaml: spec.clusters: the tenant leaves us, where it is 'active' in rendered/: namespace vision (us) "
            "would be deleted with all that is in it; keep the cluster and write offboarding: {clusters: [us]}, "
            f"{THEN}"
        )
    ]
    write(
        tmp_path,
        "tenants/vision.yaml",
        tenant("vision", "{tier: small, clusters: [eu, us], offboarding: {clusters: [us]}}"),
    )
    rendering(tmp_path)
    write(tmp_path, "tenants/vision.yaml", tenant("vision", "{tier: small, clusters: [eu]}"))
    rendering(tmp_path)


def test_a_parent_cannot_take_its_children_from_a_cluster(tmp_path):
    repository(tmp_path, parent="{clusters: [eu, us], namespaces: []}", child="{tier: small, parent: parent}")
    rendering(tmp_path)
    write(tmp_path, "tenants/parent.yaml", tenant("parent", "{clusters: [eu], namespaces: []}"))
    (line,) = refused(tmp_path)
    assert line.startswith("tenants/child.yaml: spec.clusters: the tenant leaves us, where it is 'active' in rendered/")


def test_a_cluster_cannot_be_dropped_before_it_is_offboarding(tmp_path):
    us = '    - {name: us, version: "1.34"%s}\n'
    repository(tmp_path, *"abc", d="{tier: small, clusters: [us]}", e="{tier: small, clusters: [us]}")
    rendering(tmp_path)
    for name in "de":
        write(tmp_path, f"tenants/{name}.yaml", tenant(name))
    write(tmp_path, "tenants/platform.yaml", PLATFORM.replace(us % "", ""))
    assert refused(tmp_path) == [
        (
            "tenants/platform.yaml: spec.clusters: 'us' is gone, and what tenants have there is 'active' in rendered/: "
            "namespaces d (us) and e (us) would be deleted with all that is in them; put the cluster back with lifecycle: "
            f"offboarding, {THEN}"
        )
    ]
    write(tmp_path, "tenants/platform.yaml", PLATFORM.replace(us % "", us % ", lifecycle: offboarding"))
    for name in "de":
        write(tmp_path, f"tenants/{name}.yaml", tenant(name, "{tier: small, clusters: [us]}"))
    rendering(tmp_path)
    for name in "de":
        write(tmp_path, f"tenants/{name}.yaml", tenant(name))
    write(tmp_path, "tenants/platform.yaml", PLATFORM.replace(us % "", ""))
    rendering(tmp_path)


def test_a_naming_rule_that_gives_other_names_deletes_and_is_refused(tmp_path):
    repository(tmp_path, vision="{tier: small, namespaces: [{name: a}]}")
    rendering(tmp_path)
    naming = PLATFORM + '  naming: {namespace: "t-{tenant}-{namespace}"}\n'
    write(tmp_path, "tenants/platform.yaml", naming)
    assert refused(tmp_path) == [
        (
            "tenants/vision.yaml: spec.namespaces: a namespace cannot be renamed: namespace vision-a (eu) would be deleted "
            "with all that is in it, and t-vision-a would be new and empty; keep the name, by fullName where the platform's "
            "rule makes another"
        )
    ]
    kept = "{tier: small, namespaces: [{name: a, fullName: vision-a}]}"
    write(tmp_path, "tenants/vision.yaml", tenant("vision", kept))
    rendering(tmp_path)


@pytest.mark.parametrize(("before", "after"), [("concern", "tenant"), ("tenant", "concern")])
def test_another_layout_deletes_files_and_no_namespace(tmp_path, before, after):
    layout = PLATFORM + "  layout: {split: %s, buckets: %d}\n"
    repository(tmp_path, *(f"t{i}" for i in range(12)), platform=layout % (before, 1))
    rendering(tmp_path)
    write(tmp_path, "tenants/platform.yaml", layout % (after, 4))
    rendering(tmp_path)


def test_a_tenant_without_namespaces_is_deleted_as_it_is(tmp_path):
    repository(tmp_path, "nlp", group="{namespaces: []}")
    rendering(tmp_path)
    (tmp_path / "tenants/group.yaml").unlink()
    rendering(tmp_path)


def test_a_tenant_file_may_move_between_folders(tmp_path):
    repository(tmp_path, "nlp", "vision")
    rendering(tmp_path)
    (tmp_path / "tenants/research").mkdir()
    shutil.move(tmp_path / "tenants/vision.yaml", tmp_path / "tenants/research/vision.yaml")
    rendering(tmp_path)


def test_a_parent_goes_after_its_children(tmp_path):
    repository(
        tmp_path, research=GOING, nlp="{tier: small, parent: research}", vision="{tier: small, parent: research}"
    )
    render(tmp_path, Options())
    (tmp_path / "tenants/research.yaml").unlink()
    hint = "(it is the parent of nlp, vision: give each another parent before it is removed)"
    assert refused(tmp_path) == [
        f"tenants/{child}.yaml: spec.parent: 'research' is not a tenant; use one of 'nlp', 'vision' {hint}"
        for child in ("nlp", "vision")
    ]


# Renaming


def test_a_renaming_is_recognised_and_told_how_to_keep_what_is_there(tmp_path):
    spec = "{tier: small, namespaces: [{name: train%s}, {name: serve%s}]}"
    repository(tmp_path, "nlp", visn=spec % ("", ""))
    rendering(tmp_path)
    (tmp_path / "tenants/visn.yaml").unlink()
    write(tmp_path, "tenants/other.yaml", tenant("other"))
    write(tmp_path, "tenants/vision.yaml", tenant("vision", spec % ("", "")))
    items = "{name: serve, fullName: visn-serve}, {name: train, fullName: visn-train}"
    assert refused(tmp_path) == [
        (
            "tenants/visn.yaml: the file is gone, and visn is 'active' in rendered/: namespaces visn-serve (eu) and visn-train "
            "(eu) would be deleted with all that is in them. 'vision' looks like its new name, but a namespace cannot be "
            "renamed: vision would get new and empty ones. Keep those that are there by their full names in "
            f"tenants/vision.yaml: namespaces: [{items}]"
        )
    ]
    kept = spec % (", fullName: visn-train", ", fullName: visn-serve")
    write(tmp_path, "tenants/vision.yaml", tenant("vision", kept))
    rendering(tmp_path)
    assert b"name: visn-train" in files(tmp_path)["rendered/eu/tenants/vision/00-namespace.yaml"]


def test_a_plain_tenant_keeps_its_one_namespace_by_listing_it(tmp_path):
    repository(tmp_path, "nlp", "visn")
    rendering(tmp_path)
    (tmp_path / "tenants/visn.yaml").rename(tmp_path / "tenants/vision.yaml")
    write(tmp_path, "tenants/vision.yaml", tenant("vision"))
    (line,) = refused(tmp_path)
    assert line.endswith("in tenants/vision.yaml: namespaces: [{name: main, fullName: visn}]")
    write(
        tmp_path, "tenants/vision.yaml", tenant("vision", "{tier: small, namespaces: [{name: main, fullName: visn}]}")
    )
    rendering(tmp_path)


def test_of_several_new_tenants_the_one_with_the_nearest_name_is_meant(tmp_path):
    repository(tmp_path, "nlp", "visn")
    rendering(tmp_path)
    (tmp_path / "tenants/visn.yaml").unlink()
    for name in ("audio", "vision", "speech"):
        write(tmp_path, f"tenants/{name}.yaml", tenant(name))
    (line,) = refused(tmp_path)
    assert "'vision' looks like its new name" in line


def test_a_tenant_that_was_there_before_is_not_taken_for_a_new_name(tmp_path):
    repository(tmp_path, "visn", "vision")
    rendering(tmp_path)
    (tmp_path / "tenants/visn.yaml").unlink()
    (line,) = refused(tmp_path)
    assert "restore the file" in line


# What is kept for a time

RETAINED = '{tier: small, lifecycle: offboarding, offboarding: {retainUntil: "2026-12-31"}}'


def test_what_is_kept_until_a_day_stays_until_then(tmp_path):
    repository(tmp_path, "nlp", vision=RETAINED)
    rendering(tmp_path)
    (tmp_path / "tenants/vision.yaml").unlink()
    for today in ("", "2026-12-30"):
        assert refused(tmp_path, today=today) == [
            (
                "tenants/vision.yaml: namespace vision (eu) would be deleted with all that is in it, which is kept until "
                "'2026-12-31' by retainUntil in rendered/; restore what was there and wait, or bring the date forward in "
                "another change"
            )
        ]
    assert told(render(tmp_path, Options(today="2026-12-31"))) == []


# How much at once


def many(root, number, going, rest="", spec=GOING):
    """Make *number* tenants of which the first *going* are on their way out, and delete those."""
    names = [f"t{i:02}" for i in range(number)]
    repository(root, *names[going:], platform=PLATFORM + rest, **dict.fromkeys(names[:going], spec))
    rendering(root)
    for name in names[:going]:
        (root / f"tenants/{name}.yaml").unlink()


TOO_MANY = (
    "tenants/removals.yaml: 2 tenants (t00 and t01) would be removed at once, and spec.guard.maxRemovedTenants of the "
    "platform file allows 1; remove them in changes of their own, or list here what may go together"
)


def test_one_tenant_goes_at_a_time(tmp_path):
    many(tmp_path, 12, 2)
    assert refused(tmp_path) == [TOO_MANY]
    write(tmp_path, "tenants/t00.yaml", tenant("t00", GOING))
    rendering(tmp_path)


def test_a_share_of_what_there_is_may_go_at_a_time(tmp_path):
    many(tmp_path, 12, 4, "  guard: {maxRemovedTenants: 9}\n")
    share = (
        "of 12 {} would be removed at once, and spec.guard.maxRemovedShare of the platform file allows 30 %; remove them in "
        "several changes, or list here what may go together"
    )
    assert refused(tmp_path) == [f"tenants/removals.yaml: 4 {share.format(what)}" for what in ("namespaces", "tenants")]
    write(tmp_path, "tenants/t00.yaml", tenant("t00", GOING))
    rendering(tmp_path)


def test_of_few_any_share_may_go(tmp_path):
    many(tmp_path, 9, 4, "  guard: {maxRemovedTenants: 9}\n")
    rendering(tmp_path)


def test_objects_that_protect_cannot_all_vanish_from_what_stays(tmp_path):
    listed = "{tier: small, serviceAccounts: [%s]}"
    accounts = ", ".join(f"{{name: a{i}}}" for i in range(9))
    names = [f"t{i:02}" for i in range(12)]
    repository(tmp_path, **dict.fromkeys(names, listed % accounts))
    rendering(tmp_path)
    for name in names:
        write(tmp_path, f"tenants/{name}.yaml", tenant(name, listed % ""))
    (line,) = refused(tmp_path)
    assert line.startswith("tenants/removals.yaml: 108 of 228 objects of what stays would be removed at once")
    agreed(
        tmp_path, "  - {kinds: [ServiceAccount], reason: We use one account each., owner: ann, until: '2027-01-01'}\n"
    )
    rendering(tmp_path)


def test_what_somebody_has_agreed_to_goes_at_once(tmp_path):
    many(tmp_path, 12, 4)
    agreed(tmp_path, "  - {tenants: [t00, t01, t02, t03], reason: They have moved., owner: ann, until: '2026-12-31'}\n")
    assert [line.partition(":")[0] for line in refused(tmp_path, today="2027-01-01")] == ["tenants/removals.yaml"] * 4
    assert told(render(tmp_path, Options(today="2026-12-31"))) == []
    idle = "tenants/removals.yaml: warning: removals[0].tenants: there are no tenants 't00', 't01', 't02', 't03' any more; drop them"
    for use_index in (True, False):
        assert told(render(tmp_path, Options(today="2026-12-31", use_index=use_index))) == [idle]


def test_no_agreement_makes_a_tenant_go_that_is_not_offboarding(tmp_path):
    many(tmp_path, 12, 2, spec="{tier: small}")
    agreed(tmp_path, "  - {tenants: [t00, t01], reason: They have moved., owner: ann, until: '2026-12-31'}\n")
    assert [line.partition(",")[0] for line in refused(tmp_path)] == [
        "tenants/t00.yaml: the file is gone",
        "tenants/t01.yaml: the file is gone",
    ]


def test_nothing_makes_all_tenants_go(tmp_path):
    many(tmp_path, 2, 2)
    agreed(tmp_path, "  - {tenants: [t00, t01], reason: They have moved., owner: ann, until: '2026-12-31'}\n")
    assert refused(tmp_path) == [
        "tenants/removals.yaml: no tenant would be left at all, and nothing allows that; keep one"
    ]


def test_the_last_tenant_of_all_may_go(tmp_path):
    many(tmp_path, 1, 1)
    rendering(tmp_path)


def test_an_agreement_that_is_over_or_empty_or_not_valid_is_told(tmp_path):
    repository(tmp_path, "nlp")
    rendering(tmp_path)
    rest = "reason: They have moved., owner: ann, until: '2026-12-31'"
    agreed(tmp_path, f"  - {{tenants: [nlp], {rest}}}\n  - {{{rest}}}\n")
    assert told(render(tmp_path, Options(today="2026-12-31"))) == [
        "tenants/removals.yaml: removals[1]: says nothing of what may go; write one of tenants, clusters, kinds"
    ]
    agreed(tmp_path, f"  - {{tenants: [nlp], {rest}}}\n")
    assert told(render(tmp_path, Options(today="2027-01-01"))) == [
        "tenants/removals.yaml: removals[0].until: '2026-12-31' is over; drop the entry, or have ann renew it"
    ]
    agreed(tmp_path, "  - {tenants: [nlp], reason: short}\n")
    assert told(render(tmp_path, Options(today="2027-01-01"))) == [
        "tenants/removals.yaml: removals[0].owner: is missing; write it",
        "tenants/removals.yaml: removals[0].reason: 'short' is too short; write 10 or more",
        "tenants/removals.yaml: removals[0].until: is missing; write it",
    ]
