from generator.launcher import ini, sizes
from generator.launcher.demand import demands

VALUES = {"default-cpus": "1", "max-cpus": "4", "default-mem-mb": "512", "max-mem-mb": "20480"}


def asked(values, text=""):
    found = demands(values, sizes.from_text(ini.read(text, "f")))
    return {
        job.name: tuple({name: str(amount) for name, amount in part.items()} for part in (job.limits, job.requests))
        for job in found
    }


def test_megabytes_are_decimal_and_reserved_as_a_whole_without_a_share():
    both = {"cpu": "1", "memory": "512M"}, {"cpu": "4", "memory": "20480M"}
    assert asked(VALUES) == {"by default": (both[0], both[0]), "at most": (both[1], both[1])}


def test_a_share_is_reserved_and_rounded_up():
    found = asked(VALUES | {"cpu-request-ratio": "0.3333", "memory-request-ratio": "0.001"})
    assert found["by default"][1] == {"cpu": "334m", "memory": "1M"}


def test_an_explicit_request_goes_before_the_share():
    found = asked(VALUES | {"max-cpus-request": "0.5", "cpu-request-ratio": "0.9"})
    assert found["at most"][1]["cpu"] == "500m"


def test_zero_is_no_limit():
    assert asked({"max-cpus": "0", "max-mem-mb": "0.0", "max-nvidia-gpus": "0"}) == {
        "by default": ({}, {}),
        "at most": ({}, {}),
    }


def test_devices_are_limits_and_requests():
    found = asked({"max-nvidia-gpus": "2", "default-amd-gpus": "1"})
    assert found["at most"] == ({"nvidia.com/gpu": "2"}, {"nvidia.com/gpu": "2"})
    assert found["by default"] == ({"amd.com/gpu": "1"}, {"amd.com/gpu": "1"})


def test_each_size_that_may_be_chosen_is_a_job():
    text = "[small]\ncpus=0.5\nmem-mb=100\n[other]\ncpus=1\nmem-mb=1\n"
    found = asked({"resource-profiles": "small", "cpu-request-ratio": "0.5"}, text)
    assert found["of size small"] == ({"cpu": "500m", "memory": "100M"}, {"cpu": "250m", "memory": "100M"})
    assert "of size other" not in found
