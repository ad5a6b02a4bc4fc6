"""Object templates for tests: ours, with something changed in them, and what the checks say of that."""

from generator.launcher import payloads, scratchpath, templatecheck
from generator.launcher.objecttemplates import DATA, data_text
from generator.launcher.surroundings import Surroundings

JOB, SERVICE = "job.tpl", "service.tpl"


def ours(data=None):
    """Return our templates, with a tenant's data."""
    return scratchpath.ours("2.5.0") | {DATA: data_text(data or {})}


def changed(name, before, after):
    """Return our templates with one text replaced in one of them."""
    files = ours()
    assert files[name].count(before) == 1, f"{files[name].count(before)} times in {name}: {before!r}"
    return files | {name: files[name].replace(before, after)}


def in_pod(text):
    """Return our templates with lines added to the spec of the pod."""
    return changed(JOB, "      restartPolicy: Never\n", f"      restartPolicy: Never\n{text}")


def in_pod_annotations(text):
    """Return our templates with lines added to the annotations of the pod."""
    loop = "      annotations:\n        {{- range $key, $value := $podAnnotations }}"
    return changed(JOB, loop, loop.replace("      annotations:\n", f"      annotations:\n{text}"))


def named(*names):
    """Return the jobs of these names; the plainest for none."""
    every = tuple(payloads.shapes())
    return tuple(one for one in every if one.name in names) if names else every[:1]


def defects(files, jobs=None, **around):
    """Validate templates in the surroundings given, and return what is wrong with them."""
    return templatecheck.validate(files, Surroundings(**around), jobs=jobs).defects


def told(files, jobs=None, **around):
    """Return code, file and line of what is wrong with templates."""
    return [(one.code, one.place.document, one.place.line) for one in defects(files, jobs, **around)]


def line_of(files, name, text):
    """Return the line of a template in which a text stands."""
    (number,) = [number for number, line in enumerate(files[name].splitlines(), 1) if text in line]
    return number
