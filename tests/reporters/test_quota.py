"""The rows of a quota's table add up, in any forest."""

from forests import WITH_DEFAULTS, reckon, sharing_tenants, tenants
from hypothesis import given, settings
from hypothesis import strategies as st
from tenancy import platform_of

from generator.allotment.account import accounts, of_cluster, units_of
from generator.kubernetes.quantity import ZERO
from generator.reporters import quota

MADE = [platform_of(text) for text in WITH_DEFAULTS]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(tenants(silent=True) | sharing_tenants(silent=True), st.sampled_from(MADE))
def test_the_figure_of_a_parent_is_what_the_rows_below_it_come_to(specs, made):
    ledger = reckon(specs, made)
    units = units_of(ledger)
    for cluster in made.clusters.values():
        found = list(accounts(ledger, cluster.name, units))
        assert "other tenants" not in quota.text([quota.Tree(cluster, of_cluster(ledger, cluster), found, units)])
        for account in found:
            below = [one for one in found if one.node.parent is account.node]
            for unit, balance in account.balances.items():
                counted = sum((one.balances[unit].counted for one in below), balance.own)
                assert (balance.promised if account.node.divides else balance.counted) == counted
                if account.node.divides and account.node.mode == "shared":
                    assert balance.reach == sum((one.balances[unit].reach for one in below), balance.own_reach)
                assert balance.own_reach == ZERO or cluster.name in account.node.clusters
