"""Each case is a ConfigMap as it would be applied; what is right is asked about beside what is wrong."""

import pytest
from rules.judging import asking, findings, messages, named, space, tenants_space

from generator.rules import RULES

ALL = RULES["forbid-launcher-settings"].parameters["settings"].known
PLUGIN = "launcher.kubernetes.conf"
PROFILES = "launcher.kubernetes.profiles.conf"
SIZES = "launcher.kubernetes.resources.conf"
SOUND = "[*]\nallow-unknown-images=0\ncontainer-images=r:1\ndefault-cpus=1\ndefault-mem-mb=512\nmax-cpus=2\nmax-mem-mb=1024\n"


def asked(*settings):
    return asking("forbid-launcher-settings", settings=list(settings))


def config_map(files, name="launcher", namespace="posit"):
    return named("ConfigMap", name, namespace, data=files)


def told(setting, files, *others):
    return messages(asked(setting), config_map(files), *others)


def everything(*bodies):
    return messages(asked(*ALL), *bodies)


def test_a_sound_configuration_breaks_nothing():
    files = {
        "launcher.conf": "[server]\nauthorization-enabled=1\n[cluster]\nname=a\ntype=Kubernetes\n",
        PLUGIN: "kubernetes-namespace=jobs\nuse-templating=1\nauth-token-path=/run/token\nscratch-path=/var/a\n",
        PROFILES: SOUND + "resource-profiles=s\n[@g]\nmax-cpus=4\n",
        SIZES: "[s]\ncpus=1\nmem-mb=512\n",
    }
    assert everything(config_map(files), config_map({"job.tpl": "x"}, "templates")) == []


@pytest.mark.parametrize(
    ("setting", "files", "message"),
    [
        ("unverified-tls", {PLUGIN: "verify-ssl-certs=false"}, "verify-ssl-certs=false: anybody on the way can pose as the API server and take the token; write 1"),
        ("unauthorized", {"launcher.conf": "[server]\nauthorization-enabled=0"}, "authorization-enabled=0: whoever reaches the Launcher runs jobs as anybody; write 1"),
        ("debug-logging", {PLUGIN: "enable-debug-logging=1"}, "enable-debug-logging=1: logs hold the requests of people, environment included; write 0"),
        ("debug-logging", {"launcher.conf": "[server]\nenable-debug-logging=1"}, "enable-debug-logging=1: logs hold the requests of people, environment included; write 0"),
        ("unknown-images", {PROFILES: SOUND + "[@g]\nallow-unknown-images=1"}, "allow-unknown-images=1: people may run any image; write 0, and list theirs in container-images"),
        ("unknown-images", {PROFILES: "[@g]\nmax-cpus=1"}, "allow-unknown-images is not set for everybody, and is 1 then: people may run any image; write 0 under [*]"),
        ("free-placement", {PROFILES: SOUND + "placement-constraints=pool"}, "placement-constraints: 'pool' has no value, so that people choose any; write each as pool:value"),
        ("no-maximum", {PROFILES: "[*]\nmax-cpus=0\nmax-mem-mb=5"}, "max-cpus=0 is no maximum: a job may ask for all there is; write the largest job that should run"),
        ("no-maximum", {SIZES: "[s]\nmem-mb=5"}, "[s] sets no cpus, so that its jobs have no such limit; set one"),
        ("overrides-beside-templates", {PLUGIN: "use-templating=1", PROFILES: SOUND + 'job-json-overrides="/a":"/b"'}, "job-json-overrides: the product ignores it beside use-templating=1; write it into the templates"),
        ("deprecated", {PROFILES: SOUND + 'job-json-overrides="/a":"/b"'}, "job-json-overrides: this option is deprecated; use templates"),
        ("no-templates", {PLUGIN: "use-templating=0"}, "use-templating=0: no template secures the jobs; write 1"),
        ("dialect", {PROFILES: "[*]\nmax-cpus: 2"}, "'max-cpus: 2' has no '='; write max-cpus=2"),
        ("dialect", {PLUGIN: "fetch-limit=many"}, "fetch-limit: 'many' is no whole number; write one such as 2"),
        ("dialect", {"launcher.conf": "[cluster]\nname=a"}, "[cluster] has no type; write type=Kubernetes"),
        ("dialect", {SIZES: "[s]\ncpus=1\ncpus-request=2\nmem-mb=5"}, "cpus-request=2 is more than cpus=1, and Kubernetes refuses the job; write at most 1"),
        ("order", {PROFILES: "[u]\nmax-cpus=3\n[*]\nmax-cpus=2"}, "[*] stands after [u] of line 1: u gets max-cpus=2 if the last section wins, 3 if the most specific one does; move it above"),
        ("contradiction", {PROFILES: SOUND + "[@g]\ndefault-cpus=3"}, "default-cpus=3 is more than max-cpus=2 of [*] in line 6, for somebody in group g; write at most 2"),
    ],
)  # fmt: skip
def test_each_setting_is_told_by_itself_with_what_would_be_right(setting, files, message):
    (key,) = [key for key in files if key != PLUGIN or len(files) == 1]
    assert told(setting, files) == [f"{key} of ConfigMap launcher: {message}"]
    others = [other for other in ALL if other != setting]
    assert not any(message in one for one in messages(asked(*others), config_map(files)))


# -- tokens


@pytest.mark.parametrize("line", ["auth-token=hunter2", "auth-token: hunter2", "auth_token = hunter2==", "auth-token hunter2", "auth-token: a=hunter2", 'auth-token="hunter2"', "auth-token=hunter2 ; mine"])  # fmt: skip
@pytest.mark.parametrize("key", ["launcher.conf", PLUGIN, PROFILES, SIZES, "launcher.kubernetes.vision.conf"])
def test_a_token_is_found_however_it_is_written_and_never_repeated(line, key):
    files = {key: f"[*]\n{line}\n{line}\n"}
    assert told("inline-token", files) == [
        f"{key} of ConfigMap launcher: a token stands in the file; put it into a Secret and write the path to it, auth-token-path"
    ]
    found = findings(asked(*ALL), config_map(files))
    assert "hunter2" not in str([(one.message, one.chain) for one in found])


@pytest.mark.parametrize("line", ["auth-token-path=/run/token", "# auth-token=hunter2", "auth-token=", "auth-token"])
def test_what_is_no_token_is_not_told_as_one(line):
    assert told("inline-token", {PLUGIN: line}) == []


def test_secrets_are_not_read():
    assert (
        everything(named("Secret", "s", "posit", stringData={PLUGIN: "auth-token=hunter2\nverify-ssl-certs=0"})) == []
    )


# -- where


def test_lines_are_steps_of_the_chain_so_that_a_finding_stays_the_same_while_they_move():
    files = {PROFILES: f"{SOUND}[@g]\nallow-unknown-images=1\n[@h]\nallow-unknown-images=1\n"}
    (found,) = findings(asked("unknown-images"), config_map(files))
    assert found.chain == ("ConfigMap posit/launcher (m.yaml#0)", f"{PROFILES}, lines 9, 11")
    (moved,) = findings(asked("unknown-images"), config_map({PROFILES: "# a\n" + files[PROFILES]}))
    assert moved.chain[1] == f"{PROFILES}, lines 10, 12"
    assert moved.identity == found.identity


def test_a_contradiction_that_perhaps_nobody_is_in_is_only_likely():
    files = {PROFILES: SOUND + "[@g]\nmax-cpus=8\ndefault-cpus=5\n[@h]\nmax-cpus=4\n"}
    (found,) = findings(asked("contradiction"), config_map(files))
    assert found.confidence == "likely"
    (found,) = findings(asked("contradiction"), config_map({PROFILES: SOUND + "[@g]\ndefault-cpus=5\n"}))
    assert found.confidence == "certain"


@pytest.mark.parametrize(
    "key", ["launcher.slurm.conf", "launcher.local.profiles.conf", "app.conf", "profiles.conf", "launcher.kubernetes", "kubernetes.conf"]
)  # fmt: skip
def test_files_of_others_are_none_of_ours(key):
    assert everything(config_map({key: "auth-token=hunter2\nverify-ssl-certs=0\nx\n"})) == []


@pytest.mark.parametrize("data", [None, [], "x", {PLUGIN: None}, {PLUGIN: 5}, {5: "x"}, {PLUGIN: ["x"]}])
def test_data_of_another_form_is_passed_over(data):
    assert everything(named("ConfigMap", "c", "posit", data=data)) == []


@pytest.mark.parametrize("line", ["verify-ssl-certs=${VERIFY}", "fetch-limit=${LIMIT}", "log-level=${LEVEL:=DEBUG}"])
def test_what_is_put_in_later_is_not_judged(line):
    assert everything(config_map({PLUGIN: f"use-templating=1\n{line}"})) == []


def test_files_of_one_plugin_are_held_against_each_other():
    files = {
        "launcher.kubernetes.a.conf": "use-templating=1",
        "launcher.kubernetes.a.profiles.conf": SOUND,
        "launcher.kubernetes.b.conf": "kubernetes-namespace=b",
        "launcher.kubernetes.b.profiles.conf": SOUND + 'job-json-overrides="/a":"/b"',
    }
    assert told("overrides-beside-templates", files) == []
    files["launcher.kubernetes.a.profiles.conf"] += 'job-json-overrides="/a":"/b"'
    (message,) = told("overrides-beside-templates", files)
    assert message.startswith("launcher.kubernetes.a.profiles.conf of ConfigMap launcher: ")


def test_a_file_of_another_config_map_counts_where_there_is_one_in_the_namespace():
    chosen = config_map({PROFILES: SOUND + "resource-profiles=huge"}, "p")
    sizes = [config_map({SIZES: "[small]\ncpus=1\nmem-mb=5"}, name) for name in ("r", "s")]
    found = ["launcher.kubernetes.profiles.conf of ConfigMap p: resource-profiles: there is no resource profile 'huge'; use one of 'small'"]  # fmt: skip
    assert messages(asked("contradiction"), chosen, sizes[0]) == found
    assert messages(asked("contradiction"), chosen, *sizes) == []
    elsewhere = config_map({SIZES: "[small]\ncpus=1\nmem-mb=5"}, "r", "other")
    assert messages(asked("contradiction"), chosen, elsewhere) == []


def test_where_only_sizes_may_be_chosen_their_limits_are_the_maximum():
    files = {PROFILES: "[*]\nallow-custom-resources=0\nresource-profiles=s\n", SIZES: "[s]\ncpus=1\nmem-mb=5\n"}
    assert told("no-maximum", files) == []
    assert len(told("no-maximum", {PROFILES: files[PROFILES]})) == 2
    files[PROFILES] += "[@g]\nallow-custom-resources=1\n"
    assert len(told("no-maximum", files)) == 2


# -- templates


def test_templates_are_unused_where_no_plugin_of_the_namespace_makes_jobs_from_them():
    templates = config_map({"service.tpl": "x"}, "templates")
    off, on = {PLUGIN: "fetch-limit=5"}, {"launcher.kubernetes.b.conf": "use-templating=1"}
    assert told("unused-templates", off, templates) == [
        f"{PLUGIN} of ConfigMap launcher: use-templating is off, and the templates that are there are not used; write use-templating=1"
    ]
    assert told("unused-templates", off | on, templates) == []
    assert told("unused-templates", off, config_map({"service.tpl": "x"}, "templates", "other")) == []


# -- namespaces and folders


def plugin(name, namespace, *, home="posit", scratch="", key=PLUGIN):
    text = f"kubernetes-namespace={namespace}\n" + (f"scratch-path={scratch}\n" if scratch else "")
    return config_map({key: text}, name, home)


def test_two_plugins_do_not_make_jobs_in_one_namespace():
    assert messages(asked("shared-namespace"), plugin("a", "jobs"), plugin("b", "jobs", scratch="/b")) == [
        f"{PLUGIN} of ConfigMap b: kubernetes-namespace=jobs is that of {PLUGIN} of ConfigMap posit/a too; give each plugin a namespace"
    ]
    assert messages(asked("shared-namespace"), plugin("a", "jobs"), plugin("b", "more")) == []
    unsaid = config_map({PLUGIN: "fetch-limit=5"}, "c")
    assert len(messages(asked("shared-namespace"), plugin("a", "rstudio"), unsaid)) == 1


def test_the_same_text_in_two_namespaces_is_a_copy_unless_they_name_other_clusters():
    one, other = plugin("a", "jobs"), plugin("a", "jobs", home="elsewhere")
    assert messages(asked("shared-namespace"), one, other) == []
    for body, cluster in ((one, "x"), (other, "y")):
        body["data"]["launcher.conf"] = f"[cluster]\nname={cluster}\ntype=Kubernetes\n"
    assert len(messages(asked("shared-namespace"), one, other)) == 1
    other["data"]["launcher.conf"] += "[cluster]\nname=x\ntype=Kubernetes\n"
    assert messages(asked("shared-namespace"), one, other) == []


def test_the_same_text_twice_in_one_namespace_is_two_plugins():
    text = "kubernetes-namespace=jobs"
    assert len(messages(asked("shared-namespace"), plugin("a", "jobs"), plugin("b", "jobs"))) == 1
    assert len(told("shared-namespace", {"launcher.kubernetes.a.conf": text, "launcher.kubernetes.b.conf": text})) == 1


def test_an_object_that_is_written_twice_is_no_second_plugin():
    assert messages(asked("shared-namespace"), plugin("a", "jobs"), plugin("a", "jobs", scratch="/b")) == []


def test_a_folder_is_shared_within_the_namespace_of_one_launcher():
    one = plugin("a", "jobs", scratch="/var/all")
    assert messages(asked("shared-scratch-path"), one, plugin("b", "more", scratch="/var/all/")) == [
        f"{PLUGIN} of ConfigMap b: scratch-path=/var/all is that of {PLUGIN} of ConfigMap posit/a too; give each plugin a folder"
    ]
    assert messages(asked("shared-scratch-path"), one, plugin("b", "more", scratch="/var/b")) == []
    assert messages(asked("shared-scratch-path"), one, plugin("b", "more", scratch="/var/all", home="other")) == []


def test_a_tenant_is_held_against_itself_and_what_is_shared_and_never_against_another_tenant():
    spaces = [tenants_space("v1"), tenants_space("v2"), tenants_space("n1", "nlp"), space("posit")]
    own = [plugin("a", "jobs", home="v1"), plugin("b", "jobs", home="v2", scratch="/b")]
    (found,) = findings(asked("shared-namespace"), *spaces, *own)
    assert (found.namespace, found.tenant) == ("v2", "vision")
    assert findings(asked("shared-namespace"), *spaces, own[0], plugin("b", "jobs", home="n1", scratch="/b")) == []
    # The finding is the tenant's, whose namespace comes after that of what is shared or before it.
    (found,) = findings(asked("shared-namespace"), *spaces, plugin("z", "jobs", home="zzz", scratch="/z"), own[0])
    assert found.namespace == "v1"


def workload(volume, namespace="posit"):
    pod = {"containers": [], "volumes": [volume]}
    return named("Deployment", "workbench", namespace, "apps/v1", spec={"template": {"spec": pod}})


@pytest.mark.parametrize(
    "volume",
    [
        {"name": "c", "configMap": {"name": "a"}},
        {"name": "c", "projected": {"sources": [{"secret": {"name": "s"}}, {"configMap": {"name": "a"}}]}},
    ],
)
def test_jobs_do_not_run_where_the_launcher_does(volume):
    assert messages(asked("own-namespace"), plugin("a", "posit"), workload(volume)) == [
        f"{PLUGIN} of ConfigMap a: jobs run in namespace posit, where Deployment workbench mounts this file and jobs could become it; give jobs a namespace of their own"
    ]
    assert messages(asked("own-namespace"), plugin("a", "jobs"), workload(volume)) == []
    assert messages(asked("own-namespace"), plugin("a", "posit"), workload(volume, "other")) == []


@pytest.mark.parametrize("volume", [None, "x", {"name": "c"}, {"configMap": "a"}, {"projected": {"sources": "a"}}])
def test_where_nothing_mounts_the_configuration_the_launcher_is_elsewhere(volume):
    assert messages(asked("own-namespace"), plugin("a", "posit"), workload(volume)) == []


def test_the_order_of_manifests_does_not_matter():
    bodies = [plugin("a", "jobs", scratch="/a"), plugin("b", "jobs", scratch="/a"), config_map({"job.tpl": ""}, "t")]
    assert messages(asked(*ALL), *bodies) == messages(asked(*ALL), *bodies[::-1])
    assert len(messages(asked(*ALL), *bodies)) == 4
