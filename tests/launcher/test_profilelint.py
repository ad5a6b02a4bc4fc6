import pytest
from launcher.conf import told

from generator.launcher import ini, profiles, sizes
from generator.launcher.profilelint import NOTHING, Facts, lint
from generator.problems import Place

#: What keeps the lint silent about everything that a test is not about.
SOUND = (
    "[*]\nallow-unknown-images=0\ncontainer-images=r:1\ndefault-cpus=1\nmax-cpus=2\ndefault-mem-mb=1\nmax-mem-mb=2\n"
)


def found(text, facts=NOTHING):
    read = profiles.from_text(ini.read(text, "f"))
    return told(lint(read, facts, Place("f", (), 1, 1)))


def sized(text):
    return Facts(sizes=sizes.from_text(ini.read(text, "r.conf")))


def test_sound_profiles_have_no_problem():
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (
            "[@power]\ndefault-cpus=8\n",
            "9:1 default-cpus=8 is more than max-cpus=2 of [*] in line 5, for somebody in group power; write at most 2",
        ),
        (
            "[jo]\nmax-mem-mb=0.5\n",
            ("9:1 max-mem-mb=0.5 is less than default-mem-mb=1 of [*] in line 6, for jo; "
            "write default-mem-mb=0.5 below it, or less"),
        ),
        (
            "[jo]\ndefault-cpus-request=1.5\n",
            "9:1 default-cpus-request=1.5 is more than default-cpus=1 of [*] in line 4, for jo; write at most 1",
        ),
        (
            "[jo]\nmax-mem-mb-request=3\n",
            "9:1 max-mem-mb-request=3 is more than max-mem-mb=2 of [*] in line 7, for jo; write at most 2",
        ),
        (
            "[jo]\nmax-cpus-request=1\ncpu-request-ratio=0.5\nmax-mem-mb-request=1\n",
            None,
        ),
        (
            "[jo]\ndefault-cpus-request=1\ncpu-request-ratio=0.5\n",
            ("10:1 warning: default-cpus-request=1 of [jo] in line 9 and cpu-request-ratio=0.5 of [jo] in line 10 "
            "both say what is reserved; keep one"),
        ),
        (
            "[jo]\nmax-cpus=0\n",
            "9:1 warning: max-cpus=0 is no maximum: a job may ask for all there is; write the largest job that should run",
        ),
        (
            "[jo]\ndefault-cpus=0\n",
            ("9:1 warning: default-cpus is 0, no limit, beside max-cpus=2 of [*] in line 5: a job that asks for none is "
            "under no limit, for jo; write default-cpus too"),
        ),
        (
            "[jo]\ndefault-container-image=r:2\n",
            "9:1 default-container-image 'r:2' is not among container-images of [*] in line 3, for jo; did you mean 'r:1'?",
        ),
        (
            "[jo]\nallow-unknown-images=1\n",
            "9:1 warning: allow-unknown-images=1: people may run any image; write 0, and list theirs in container-images",
        ),
        (
            "[jo]\ndefault-nvidia-gpus=1\ndefault-amd-gpus=0\n",
            "9:1 default-nvidia-gpus=1 is more than max-nvidia-gpus=0 by default, for jo; write at most 0",
        ),
        (
            "[jo]\ndefault-nvidia-gpus=1\nmax-nvidia-gpus=1\n",
            ("9:1 warning: default-nvidia-gpus=1 without default-amd-gpus, which products have taken for the same; "
            "write default-amd-gpus=0 too"),
        ),
        (
            "[jo]\nplacement-constraints=node\n",
            "9:1 warning: placement-constraints: 'node' has no value, so that people choose any; write each as node:value",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_once_where_it_was_made_and_for_whom(more, problem):
    if problem is None:
        assert [one for one in found(SOUND + more) if "both say" not in one] == []
    else:
        assert found(SOUND + more) == [problem]


def test_what_only_somebody_of_two_sections_gets_is_a_warning():
    text = SOUND + "[@a]\ndefault-cpus=8\nmax-cpus=8\n[@b]\nmax-cpus=4\n"
    assert found(text) == [
        (
            "12:1 warning: max-cpus=4 is less than default-cpus=8 of [@a] in line 9, for somebody in group a and b; "
            "write default-cpus=4 below it, or less"
        )
    ]


def test_what_a_member_gets_is_an_error():
    text = SOUND + "[@a]\ndefault-cpus=8\nmax-cpus=8\n[@b]\nmax-cpus=4\n"
    assert found(text, Facts(people=(("ada", ("a", "b")),))) == [
        (
            "12:1 max-cpus=4 is less than default-cpus=8 of [@a] in line 9, for ada in group a and b; "
            "write default-cpus=4 below it, or less"
        )
    ]


def test_what_is_left_to_the_product_is_told():
    assert found("[@a]\ndefault-cpus=1\n") == [
        "1:1 warning: allow-unknown-images is not set for everybody, and is 1 then: people may run any image; write 0 under [*]",
        "1:1 warning: max-cpus is not set for everybody, and a job may ask for all there is; write it under [*]",
        "1:1 warning: max-mem-mb is not set for everybody, and a job may ask for all there is; write it under [*]",
    ]


def test_no_unknown_image_may_run_where_none_is_listed():
    text = SOUND.replace("container-images=r:1\n", "")
    assert found(text) == [
        "2:1 allow-unknown-images=0 without container-images: no image is left to run, for anybody; list some"
    ]


def test_groups_and_users_must_be_declared():
    facts = Facts(groups=frozenset({"power"}), users=frozenset({"ada"}))
    assert found(SOUND + "[@pwer]\nmax-cpus=2\n[@power]\nmax-cpus=2\n[adda]\nmax-cpus=2\n", facts) == [
        (
            "8:1 [@pwer]: nobody declared the group 'pwer', and the product does not start with a group that it cannot find; "
            "did you mean 'power'?"
        ),
        "12:1 warning: [adda]: 'adda' is declared nowhere as a member; did you mean 'ada'?",
    ]


def test_images_come_from_registries_that_may_be_used():
    text = SOUND.replace("r:1", "registry.example.com/r:1,registry.example.com.evil/r:1,r:2")
    assert found(text, Facts(registries=("registry.example.com",))) == [
        "3:1 image 'registry.example.com.evil/r:1' is from no registry that may be used; take it from one of these: registry.example.com",
        "3:1 image 'r:2' is from no registry that may be used; take it from one of these: registry.example.com",
    ]


def test_overrides_do_nothing_beside_templates():
    text = SOUND + '[jo]\njob-json-overrides="/spec/suspend":"/a"\n'
    assert found(text) == []
    assert found(text, Facts(templating=True)) == [
        "9:1 job-json-overrides: the product ignores it beside use-templating=1; write it into the templates"
    ]


def test_sizes_must_exist_and_fit():
    facts = sized("[small]\ncpus=1\nmem-mb=1\n[large]\ncpus=4\nmem-mb=1\nplacement-constraints=zone:a\n")
    assert found(SOUND + "[jo]\nresource-profiles=small,custom,lrge,large\n", facts) == [
        "9:1 resource-profiles: there is no resource profile 'lrge'; did you mean 'large'?",
        "9:1 resource-profiles: large has cpus=4 (r.conf, line 5), more than max-cpus=2 of [*] in line 5, for jo; leave it out",
        "9:1 warning: resource-profiles: large asks for zone:a, which jo is not offered; add it to placement-constraints",
    ]
    offered = "[jo]\nresource-profiles=large\nmax-cpus=4\nplacement-constraints=zone:a\n"
    assert found(SOUND + offered, facts) == []


def test_a_value_that_is_no_number_is_left_to_the_check_of_values():
    assert found(SOUND.replace("default-cpus=1", "default-cpus=many")) == []
