import pytest

from generator.launcher import scratchpath
from generator.launcher.objecttemplates import DATA
from generator.problems import InputError


def problems(function, *arguments):
    with pytest.raises(InputError) as caught:
        function(*arguments)
    return [f"{problem.place}: {problem.message}" for problem in caught.value.problems]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_our_templates_are_written_once(tmp_path):
    folder = tmp_path / "new" / "folder"
    assert scratchpath.write(folder, "f", "2.5.0") == ["job.tpl", "service.tpl", DATA]
    assert scratchpath.write(folder, "f", "2.5.0") == []
    assert scratchpath.read(folder, "f") == scratchpath.ours("2.5.0") | {DATA: (folder / DATA).read_text()}
    assert names(folder) == ["job.tpl", "service.tpl", DATA]


def test_what_somebody_changed_stops_everything(tmp_path):
    (tmp_path / "service.tpl").write_text("mine")
    assert problems(scratchpath.write, tmp_path, "f", "2.5.0") == [
        "f/service.tpl: somebody has changed this file, so that nothing is written; see templates diff, or name another folder"
    ]
    assert names(tmp_path) == ["service.tpl"]
    assert (tmp_path / "service.tpl").read_text() == "mine"


def test_a_tenants_data_is_never_replaced(tmp_path):
    (tmp_path / DATA).write_text("theirs")
    assert scratchpath.write(tmp_path, "f", "2.5.0") == ["job.tpl", "service.tpl"]
    assert (tmp_path / DATA).read_text() == "theirs"


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path):
    (tmp_path / "job.tpl").symlink_to(tmp_path / "elsewhere")
    assert problems(scratchpath.write, tmp_path, "f", "2.5.0") == [
        "f/job.tpl: there is no such file; create it, or correct the path"
    ]
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_comes_meanwhile_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(scratchpath, "_present", lambda *_: None)
    (tmp_path / "job.tpl").write_text("mine")
    (message,) = problems(scratchpath.write, tmp_path, "f", "2.5.0")
    assert message.endswith("job.tpl: this file has come into being meanwhile; look at it, and start again")
    assert [name for name in names(tmp_path) if "job" in name] == ["job.tpl"]
    assert (tmp_path / "job.tpl").read_text() == "mine"


def test_only_templates_are_read(tmp_path):
    (tmp_path / "job.tpl").write_text("x")
    (tmp_path / "state.db").write_bytes(b"\xff")
    assert scratchpath.read(tmp_path, "f") == {"job.tpl": "x"}


def test_what_cannot_be_read_is_told_all_at_once(tmp_path):
    (tmp_path / "job.tpl").write_bytes(b"a\xff")
    (tmp_path / "service.tpl").mkdir()
    assert problems(scratchpath.read, tmp_path, "f") == [
        "f/job.tpl: byte 1 is 0xff, which is not UTF-8; save the file as UTF-8",
        "f/service.tpl: this is a directory; a YAML file of that name was expected",
    ]
    assert problems(scratchpath.read, tmp_path / "no", "no") == [
        "no: the folder cannot be read (no such file or directory); name that of the templates"
    ]


def test_a_folder_without_templates_is_told(tmp_path):
    assert problems(scratchpath.read, tmp_path, "f") == [
        "f: there are no templates in it; job.tpl and service.tpl are expected"
    ]


CONF = """\
[server]
port=5559
[cluster]
name=Kubernetes
type=Kubernetes
[cluster]
name=vision
type=Kubernetes
config-file=/etc/rstudio/vision/launcher.kubernetes.conf
[cluster]
name=Local
type=Local
"""


def test_scratch_paths_stand_in_the_launchers_configuration(tmp_path):
    own = tmp_path / "vision.conf"
    own.write_text("kubernetes-namespace=vision\nscratch-path=/srv/vision\n")
    conf = tmp_path / "launcher.conf"
    conf.write_text(CONF.replace("/etc/rstudio/vision/launcher.kubernetes.conf", str(own)))
    found = scratchpath.paths(conf, "launcher.conf")
    assert found == {"Kubernetes": "/var/lib/rstudio-launcher/Kubernetes", "vision": "/srv/vision"}
    assert scratchpath.chosen(found, "vision", "launcher.conf") == "/srv/vision"
    assert problems(scratchpath.chosen, found, None, "launcher.conf") == [
        "launcher.conf: it has the clusters 'Kubernetes', 'vision'; choose one with --cluster"
    ]
    assert problems(scratchpath.chosen, found, "vison", "launcher.conf") == [
        "launcher.conf: there is no Kubernetes cluster 'vison'; did you mean 'vision'?"
    ]


def test_the_default_configuration_of_a_cluster_lies_beside_the_launchers(tmp_path):
    (tmp_path / "launcher.kubernetes.conf").write_text("scratch-path=/srv/one\n")
    (tmp_path / "launcher.conf").write_text("[cluster]\nname=Kubernetes\ntype=Kubernetes\n")
    assert scratchpath.paths(tmp_path / "launcher.conf", "launcher.conf") == {"Kubernetes": "/srv/one"}


def test_a_configuration_without_a_cluster_is_told(tmp_path):
    (tmp_path / "launcher.conf").write_text("[server]\nport=5559\n")
    assert problems(scratchpath.paths, tmp_path / "launcher.conf", "launcher.conf") == [
        "launcher.conf: it has no [cluster] of type Kubernetes; add one, or name the folder of the templates"
    ]
