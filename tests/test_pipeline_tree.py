"""A tree of tenants, from files to files: deep ones, and what is told of them with lines."""

from repositories import rendering, repository, tenant, tenantry, time_limit, told, write

from generator.pipeline import Options, render

GROUP = "namespaces: []"


def test_two_thousand_levels_are_no_trouble(tmp_path):
    deep = 2000
    names = [f"t{i:04}" for i in range(deep)]
    specs = {name: f"{{parent: {names[i - 1]}, {GROUP}}}" for i, name in enumerate(names) if i}
    specs[names[0]] = f"{{{GROUP}, owners: [{{group: elders}}], children: {{podSecurity: restricted}}}}"
    specs[names[-1]] = f"{{parent: {names[-2]}, tier: small}}"
    repository(tmp_path, **specs)
    with time_limit(30):
        found = rendering(tmp_path, jobs=1)
    labels = found[f"rendered/eu/tenants/{names[-1]}/00-namespace.yaml"].decode()
    assert f'{names[0]}.tree.tenantry.dev/depth: "1999"' in labels
    assert "elders" in found[f"rendered/eu/tenants/{names[-1]}/20-rbac.yaml"].decode()


def test_what_is_beyond_a_bound_is_told_with_both_lines(tmp_path):
    repository(tmp_path)
    write(
        tmp_path,
        "tenants/mother.yaml",
        tenant("mother", "\n  namespaces: []\n  children:\n    podSecurity: restricted\n"),
    )
    write(
        tmp_path, "tenants/child.yaml", tenant("child", "\n  parent: mother\n  tier: small\n  podSecurity: baseline\n")
    )
    run = tenantry(tmp_path, "render")
    assert run.returncode == 2
    assert run.stderr.splitlines()[0] == (
        "tenants/child.yaml:7:3: spec.podSecurity: 'baseline' is weaker than the least that mother lets those below it have "
        "(tenants/mother.yaml:7:5); write podSecurity: restricted"
    )


def test_a_parent_that_is_about_to_go_is_told_in_every_run_and_stops_nothing(tmp_path):
    repository(tmp_path, mother=f"{{{GROUP}, lifecycle: offboarding}}", child="{parent: mother, tier: small}")
    for _ in range(2):
        outcome = render(tmp_path, Options())
        assert told(outcome) == [
            (
                "tenants/child.yaml: warning: spec.parent: 'mother' is offboarding (tenants/mother.yaml#spec/lifecycle); "
                "choose another parent before its file goes"
            )
        ]
    assert outcome.current


def test_a_tenant_that_becomes_a_parent_is_rendered_anew(tmp_path):
    repository(tmp_path, top="{tier: small}")
    assert b".tree." not in rendering(tmp_path)["rendered/eu/tenants/top/00-namespace.yaml"]
    write(tmp_path, "tenants/below.yaml", tenant("below", "{parent: top, tier: small}"))
    assert b"top.tree.tenantry.dev/depth" in rendering(tmp_path)["rendered/eu/tenants/top/00-namespace.yaml"]
