from launcher.conf import told

from generator.launcher import ini
from generator.launcher.sizes import check, from_text, number


def read(text):
    return from_text(ini.read(text, "f"))


def test_a_size_is_checked_by_itself():
    text = "[a,b]\ncpus=1\nmem-mb=1\n[small]\ncpus=1\ncpus-request=2\nmemory=3\n"
    assert told(check(read(text))) == [
        "1:1 [a,b] holds a comma, which divides ids",
        "4:1 warning: [small] sets no mem-mb, so that its jobs have no such limit; set one",
        "6:1 cpus-request=2 is more than cpus=1, and Kubernetes refuses the job; write at most 1",
        (
            "7:1 'memory' is no option of a resource profile, and the product does not start with it; "
            "use one of 'amd-gpus', 'cpus', 'cpus-request', 'mem-mb', 'mem-mb-request', 'name', 'nvidia-gpus', 'placement-constraints'"
        ),
    ]


def test_a_number_that_is_none_is_not_known():
    (size,) = read("[a]\ncpus=many\nmem-mb=2\n")
    assert (number(size, "cpus"), number(size, "mem-mb"), number(size, "amd-gpus")) == (None, 2.0, None)
