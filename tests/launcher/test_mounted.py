from launcher.conf import told

from generator.launcher.mounted import read

MANIFEST = b"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: launcher
  namespace: vision-train
data:
  launcher.kubernetes.conf: |
    use-templating=1
  launcher.kubernetes.profiles.conf: |
    [*]
    max-cpus=2
     max-cpu=3
  other: x
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data: {a: b}
"""


def test_the_files_of_a_config_map_have_the_lines_of_the_manifest():
    (mounted,), problems = read(MANIFEST, "cm.yaml")
    assert problems == ()
    assert mounted.title == "cm.yaml, ConfigMap vision-train/launcher"
    assert sorted(mounted.files) == ["launcher.kubernetes.conf", "launcher.kubernetes.profiles.conf"]
    entries = mounted.files["launcher.kubernetes.profiles.conf"].entries
    assert [(one.key, one.place.line, one.place.column) for one in entries] == [("max-cpus", 11, 5), ("max-cpu", 12, 6)]


def test_a_text_that_is_no_block_is_told_with_the_line_of_its_key():
    flow = b'kind: ConfigMap\ndata:\n  launcher.kubernetes.profiles.conf: "[*]\\nmax-cpus=2\\n"\n'
    (mounted,), _ = read(flow, "cm.yaml")
    assert mounted.files["launcher.kubernetes.profiles.conf"].sections[0].place.line == 3


def test_config_maps_in_a_list_are_found():
    text = b"kind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: a}\n  data:\n    launcher.kubernetes.profiles.conf: |\n      [*]\n      max-cpus=2\n"
    (mounted,), _ = read(text, "cm.yaml")
    assert mounted.title == "cm.yaml, ConfigMap a"
    assert mounted.files["launcher.kubernetes.profiles.conf"].entries[0].place.line == 8


def test_what_is_wrong_with_the_yaml_is_told():
    assert read(b"kind: ConfigMap\nkind: x\n", "cm.yaml")[0] == ()
    assert len(told(read(b"kind: ConfigMap\nkind: x\n", "cm.yaml")[1])) == 1
