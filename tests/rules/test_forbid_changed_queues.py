from rules.judging import asking, messages, named

from generator.manifest import Manifest
from generator.problems import Place

API = "kueue.x-k8s.io/v1beta2"
ASKED = asking("forbid-changed-queues")


def local(target, name="default"):
    return named("LocalQueue", name, "vision", api=API, spec={"clusterQueue": target})


def flavor(**spec):
    return named("ResourceFlavor", "h100", api=API, spec=spec)


def changed(old, new):
    return messages(ASKED, new, before=[Manifest(old, Place("old.yaml"))])


def test_a_local_queue_stays_with_its_cluster_queue():
    assert changed(local("vision"), local("vision")) == []
    assert changed(local("vision"), local("nlp")) == [
        "LocalQueue default had clusterQueue vision and is to have nlp, which Kueue refuses"
    ]


def test_one_of_a_new_name_is_another_queue():
    assert changed(local("vision"), local("nlp", "other")) == []


def test_a_topology_can_be_named_and_never_changed():
    assert changed(flavor(), flavor(topologyName="racks")) == []
    assert changed(flavor(topologyName="racks"), flavor(topologyName="blocks")) == [
        "ResourceFlavor h100 had topologyName racks and is to have blocks, which Kueue refuses"
    ]
    assert changed(flavor(topologyName="racks"), flavor()) == [
        "ResourceFlavor h100 had topologyName racks and is to have none, which Kueue refuses"
    ]


def test_where_nothing_is_known_of_before_nothing_is_told():
    assert messages(ASKED, local("nlp")) == []
