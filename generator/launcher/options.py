"""Every option of the Posit Job Launcher's four configuration files, as data: its type, default and meaning.

Sources: the product's documentation of the Kubernetes plugin (old and current), the release notes of 2023.03, the
charts and the operator of its maker, and the open plugin framework (``Options.cpp``, ``AbstractUserProfiles.cpp``).
The order is the one that files are written in. The framework does not start with an option that it does not know, and
a plugin that does not start keeps the whole Launcher from starting: that is why an unknown key is an error here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from generator.kubernetes import names, quantity
from generator.launcher import ini
from generator.problems import Place, Problem, instead

Kind = Literal[
    "bit", "switch", "whole", "number", "ratio", "cpus", "megabytes", "port", "path", "url", "name", "level", "text",
    "secret", "images", "constraints", "list", "overrides",
]  # fmt: skip


class Option(Struct, frozen=True):
    """An option; ``default`` is what holds without it, ``None`` where that is nothing or not known.

    ``since`` is the product's version that brought it, empty for the first ones; ``deprecated`` says what to use.
    """

    name: str
    kind: Kind
    default: str | None
    meaning: str
    since: str = ""
    deprecated: str = ""


Options = Mapping[str, Option]


def _table(*rows: Option) -> Options:
    return {option.name: option for option in rows}


#: ``[server]`` in ``launcher.conf``.
SERVER = _table(
    Option("address", "text", "localhost", "Address or Unix socket that the Launcher listens on."),
    Option("port", "port", "5559", "Port that it listens on."),
    Option("enable-ssl", "bit", "0", "Whether connections are encrypted."),
    Option("certificate-file", "path", None, "Certificate chain that is shown to clients."),
    Option("certificate-key-file", "path", None, "Private key of that certificate."),
    Option("server-user", "name", "rstudio-server", "Account that the Launcher runs as."),
    Option("admin-group", "name", None, "Group whose members see and control the jobs of everybody."),
    Option("authorization-enabled", "bit", "1", "Whether requests are authorized at all."),
    Option("thread-pool-size", "whole", None, "Threads; by default, twice the number of CPUs."),
    Option("request-timeout-seconds", "whole", "120", "Seconds until a plugin's answer is given up."),
    Option("bootstrap-timeout-seconds", "whole", "120", "Seconds until a plugin's start is given up."),
    Option("max-message-size", "whole", "5242880", "Bytes of the largest message to or from a plugin."),
    Option("heartbeat-interval-seconds", "whole", "5", "Seconds between signs of life; 0 sends none."),
    Option("enable-debug-logging", "bit", "0", "Whether everything is logged, requests included."),
    Option("log-level", "level", None, "The least important messages that are logged."),
    Option("scratch-path", "path", "/var/lib/rstudio-launcher/", "Folder for temporary state; plugins have one below."),
    Option("logging-dir", "path", "/var/log/rstudio/launcher", "Folder for debug logs."),
    Option("secure-cookie-key-file", "path", None, "Key that requests of products are signed with."),
    Option("rsandbox-path", "path", None, "The program that starts sandboxed processes."),
    Option("unprivileged", "bit", "0", "Whether the Launcher runs without root, for one user."),
)

#: ``[cluster]`` in ``launcher.conf``.
CLUSTER = _table(
    Option("name", "text", None, "What people call the cluster; one per plugin."),
    Option("type", "name", None, "Which plugin it is: Kubernetes, Slurm, Local."),
    Option("exe", "path", None, "The plugin's program, where it is no built-in type."),
    Option("config-file", "path", None, "The plugin's configuration; by default launcher.<name>.conf in /etc/rstudio."),
    Option("allowed-groups", "list", None, "Groups whose members may use the cluster; by default, everybody."),
)

#: ``launcher.kubernetes.conf``.
KUBERNETES = _table(
    Option("kubernetes-namespace", "text", "rstudio", "The namespace that jobs are made in."),
    Option("profile-config", "path", "/etc/rstudio/launcher.kubernetes.profiles.conf", "The profiles of users."),
    Option("use-templating", "switch", "0", "Whether jobs and services are made from templates."),
    Option("scratch-path", "path", None, "Folder for state and templates; by default, the plugin's name in that of the "
           "Launcher."),
    Option("job-expiry-hours", "number", "24", "Hours until finished jobs are removed; fractions since 2023.03."),
    Option("api-url", "url", None, "The API server, up to /api; known by itself inside a pod."),
    Option("auth-token-path", "path", None, "File with the launcher's token; known by itself inside a pod."),
    Option("auth-token", "secret", None, "The launcher's token itself.", deprecated="auth-token-path"),
    Option("certificate-authority", "text", None, "The cluster's CA, PEM in Base64; known by itself inside a pod."),
    Option("verify-ssl-certs", "switch", "1", "Whether the API server must prove who it is."),
    Option("shared-process-namespace", "switch", "true", "Whether the containers of a job share their processes."),
    Option("watch-timeout-seconds", "whole", "180", "Seconds that a watch stays open."),
    Option("fetch-limit", "whole", "500", "Objects that one request lists at most."),
    Option("server-user", "name", "rstudio-server", "Account that the plugin runs as; the Launcher sets it."),
    Option("thread-pool-size", "whole", None, "Threads; by default, twice the number of CPUs."),
    Option("enable-debug-logging", "switch", "0", "Whether everything is logged, requests included."),
    Option("log-level", "level", "WARN", "The least important messages that are logged."),
    Option("logging-dir", "path", "/var/log/rstudio/launcher", "Folder for debug logs."),
    Option("heartbeat-interval-seconds", "whole", "5", "Seconds between signs of life; 0 sends none."),
    Option("max-message-size", "whole", "5242880", "Bytes of the largest message to or from the Launcher."),
    Option("launcher-config-file", "path", None, "Where launcher.conf is; the Launcher sets it."),
    Option("plugin-name", "text", None, "The name of the cluster; the Launcher sets it."),
    Option("rsandbox-path", "path", "/usr/lib/rstudio-server/bin/rsandbox", "The program that starts processes."),
    Option("unprivileged", "switch", "0", "Whether the plugin runs without root, for one user."),
)  # fmt: skip

#: A section of ``launcher.kubernetes.profiles.conf``. 0 is no maximum for CPUs and memory, and no device for GPUs.
PROFILE = _table(
    Option("container-images", "images", None, "The images that people see and may run."),
    Option("default-container-image", "text", None, "The image of a job that names none."),
    Option("allow-unknown-images", "bit", "1", "Whether people may run any image."),
    Option("placement-constraints", "constraints", None, "Node labels that jobs may ask for: key:value, or key alone "
           "for any value."),
    Option("resource-profiles", "list", None, "Resource profiles that people may choose from.", "2023.03"),
    Option("allow-custom-resources", "bit", "1", "Whether people may ask for other sizes than those.", "2023.03"),
    Option("default-cpus", "cpus", "0", "CPUs of a job that asks for none; 0 sets no limit."),
    Option("default-cpus-request", "cpus", None, "CPUs that are reserved for it.", "2023.03"),
    Option("max-cpus", "cpus", "0", "Most CPUs that a job may ask for; 0 sets no maximum."),
    Option("max-cpus-request", "cpus", None, "Most CPUs that may be reserved.", "2023.03"),
    Option("default-mem-mb", "megabytes", "0", "Megabytes (10^6 bytes) of a job that asks for none; 0 sets no limit."),
    Option("default-mem-mb-request", "megabytes", None, "Megabytes that are reserved for it.", "2023.03"),
    Option("max-mem-mb", "megabytes", "0", "Most megabytes that a job may ask for; 0 sets no maximum."),
    Option("max-mem-mb-request", "megabytes", None, "Most megabytes that may be reserved.", "2023.03"),
    Option("default-nvidia-gpus", "whole", "0", "NVIDIA GPUs of a job that asks for none."),
    Option("max-nvidia-gpus", "whole", "0", "Most NVIDIA GPUs that a job may ask for."),
    Option("default-amd-gpus", "whole", "0", "AMD GPUs of a job that asks for none."),
    Option("max-amd-gpus", "whole", "0", "Most AMD GPUs that a job may ask for."),
    Option("cpu-request-ratio", "ratio", "1.0", "Share of the CPU limit that is reserved."),
    Option("memory-request-ratio", "ratio", "1.0", "Share of the memory limit that is reserved."),
    Option("job-json-overrides", "overrides", None, "Parts of the Job that files replace.", deprecated="templates"),
)  # fmt: skip

#: A section of ``launcher.kubernetes.resources.conf``.
RESOURCE = _table(
    Option("name", "text", None, "What people see.", "2023.03"),
    Option("cpus", "cpus", None, "CPU limit.", "2023.03"),
    Option("cpus-request", "cpus", None, "CPUs that are reserved.", "2023.03"),
    Option("mem-mb", "megabytes", None, "Memory limit in megabytes (10^6 bytes).", "2023.03"),
    Option("mem-mb-request", "megabytes", None, "Megabytes that are reserved.", "2023.03"),
    Option("nvidia-gpus", "whole", None, "NVIDIA GPUs.", "2023.03"),
    Option("amd-gpus", "whole", None, "AMD GPUs.", "2023.03"),
    Option("placement-constraints", "constraints", None, "Node labels that the job asks for.", "2023.03"),
)


def check(entry: ini.Entry, options: Options, where: str) -> Iterator[Problem]:
    """Find what is wrong with an entry by itself; *where* is what the options belong to, such as ``a profile``."""
    yield from check_value(entry.key, entry.value, entry.place, options, where)


def check_value(key: str, value: str, place: Place, options: Options, where: str) -> Iterator[Problem]:
    """Find what is wrong with a key and its value, wherever they were written."""
    option = options.get(key)
    if option is None:
        yield Problem(place, _unknown(key, value, options, where))
        return
    reason = refuse(option, value)
    if reason is not None:
        shown = "" if option.kind == "secret" else f"{value!r} "
        yield Problem(place, f"{key}: {shown}{reason}")
    if option.deprecated and option.kind != "secret":  # a token in a file is told of as what it is
        yield Problem(place, f"{key}: this option is deprecated; use {option.deprecated}", warning=True)


def refuse(option: Option, value: str) -> str | None:
    """Say why the product would not take a value, or not as it is meant; ``None`` when it would."""
    if not value:
        return "is empty; give it a value, or leave the option out"
    return _CHECKS[option.kind](value)


def items(value: str) -> tuple[str, ...]:
    """Divide a list as the product does: by commas, with blanks around them."""
    return tuple([item.strip() for item in value.split(",")]) if value else ()


def is_number(text: str) -> bool:
    """Tell whether a text is a number as these files have them: 0 or more, without a unit."""
    return _number(text) is None


def _unknown(key: str, value: str, options: Options, where: str) -> str:
    word, colon, rest = key.partition(":")
    if colon and word.strip() in options:
        shown, meant = (key, f"{rest.strip()}={value}") if not ini.is_secret(key) else (f"{word}: ...", "...")
        return f"{shown!r} is no option, since only '=' separates; write {word.strip()}={meant}"
    message = f"{ini.named(key)!r} is no option of {where}, and the product does not start with it"
    return f"{message}; {instead(key, options)}"


# -- types of values; each check takes a text and returns a reason that reads on after it

_NUMBER = re.compile(r"[0-9]*\.?[0-9]+", re.ASCII)
_WORDS = {"1": True, "on": True, "yes": True, "true": True, "0": False, "off": False, "no": False, "false": False}
_LEVELS = ("OFF", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "0", "1", "2", "3", "4")
_MAX_PORT = 65535
_MEGABYTE_MILLI = 10**9  # a megabyte in thousandths of a byte, as quantities count
_MILLI = 1000
_MOST_DIGITS = 15  # more than any machine has of anything


def is_on(value: str | None) -> bool:
    """Tell whether a switch is on; program options take the words, too."""
    return value is not None and _WORDS.get(value.lower(), False)


def _bit(text: str) -> str | None:
    if text in ("0", "1"):
        return None
    known = _WORDS.get(text.lower())
    return "is neither 0 nor 1; write " + ("0 or 1" if known is None else str(int(known)))


def _switch(text: str) -> str | None:
    return None if text.lower() in _WORDS else "is neither 0 nor 1; write 0 or 1"


def _whole(text: str) -> str | None:
    if re.fullmatch(f"[0-9]{{1,{_MOST_DIGITS}}}", text, re.ASCII):
        return None
    return "is no whole number; write one such as 2"


def _number(text: str) -> str | None:
    if len(text) <= _MOST_DIGITS and _NUMBER.fullmatch(text):
        return None
    return "is no number of 0 or more; write one such as 0.5 or 24"


def _cpus(text: str) -> str | None:
    if _number(text) is None:
        whole, _, part = text.partition(".")
        if len(part.rstrip("0")) > 3:  # noqa: PLR2004 - thousandths
            return f"is finer than Kubernetes counts; write {whole or '0'}.{part[:3]}"
        return None
    return "is no number of CPUs; write " + (_converted(text, _MILLI) or "one such as 0.5 or 4")


def _megabytes(text: str) -> str | None:
    if _number(text) is None:
        return None
    return "is no number of megabytes; write " + (_converted(text, _MEGABYTE_MILLI) or "one such as 4096")


def _converted(text: str, unit: int) -> str | None:
    """Write a Kubernetes quantity in *unit*, which is in thousandths; rounded down, to three places."""
    try:
        milli = quantity.parse(text).milli
    except quantity.QuantityError:
        return None
    thousandths = milli * 1000 // unit
    whole, part = divmod(thousandths, 1000)
    return None if milli <= 0 else f"{whole}.{part:03}".rstrip("0").rstrip(".") if unit == _MILLI else str(whole)


def _ratio(text: str) -> str | None:
    if _number(text) is None and 0 < float(text) <= 1:
        return None
    return "is no share; write a number above 0 and up to 1, such as 0.5"


def _port(text: str) -> str | None:
    return None if _whole(text) is None and int(text) <= _MAX_PORT else f"is no port; write 0 to {_MAX_PORT}"


def _path(text: str) -> str | None:
    if not text.startswith("/"):
        return f"is no absolute path; write one such as /etc/rstudio/{text.rpartition('/')[2] or 'file'}"
    return "holds a blank, at which the product stops reading a path; choose one without" if " " in text else None


def _url(text: str) -> str | None:
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", text):
        return "is no URL; write one such as https://10.0.0.1:6443"
    return "goes on beyond the server; leave /api out" if re.search(r"/api/?$", text) else None


def _name(text: str) -> str | None:
    return "holds a blank or a comma; write one name" if re.search(r"[\s,]", text) else None


def _level(text: str) -> str | None:
    return None if text.upper() in _LEVELS else "is no level; write OFF, ERROR, WARNING, INFO or DEBUG"


def _anything(_: str) -> str | None:
    return None


def _list(text: str) -> str | None:
    found = items(text)
    if "" in found:
        return f"has an empty item; write {','.join(filter(None, found)) or 'at least one'}"
    twice = next((item for item in found if found.count(item) > 1), None)
    return f"names {twice!r} twice; write it once" if twice else None


def _images(text: str) -> str | None:
    blank = next((item for item in items(text) if re.search(r"\s", item)), None)
    return f"holds {blank!r}, which is no image; divide images by commas" if blank else _list(text)


def _constraints(text: str) -> str | None:
    for item in items(text):
        key, colon, value = item.partition(":")
        if not item:
            break
        if re.search(r"\s", item) or (colon and not value):
            return f"holds {item!r}, which is no constraint; write key:value without blanks"
        wrong_key, wrong_value = names.label_key(key), names.label_value(value)
        if wrong_key or wrong_value:
            at, reason = (key, wrong_key) if wrong_key else (value, wrong_value)
            return f"holds {item!r}, a label that no node can have: {at!r} {reason}"
    return _list(text)


#: What the plugin reads again from the jobs that it has made, or that makes them Jobs at all.
_KEPT = ("/kind", "/apiVersion", "/metadata/generateName", "/spec/backoffLimit", "/spec/template/metadata/annotations",
         "/spec/template/spec/restartPolicy", "/spec/template/spec/containers/0/name")  # fmt: skip
_OVERRIDE = re.compile(r'\s*"([^"]*)"\s*:\s*"([^"]*)"\s*')


def _overrides(text: str) -> str | None:
    for item in text.split(","):
        match = _OVERRIDE.fullmatch(item)
        if match is None:
            return 'holds what is no override; write "/json/pointer":"/path/to/file"'
        pointer, file = match[1], match[2]
        if not re.fullmatch(r"(/([^~/]|~[01])*)+", pointer):
            return f"holds {pointer!r}, which is no JSON pointer; write one such as /spec/template/spec/hostAliases"
        if any(pointer == kept or kept.startswith(f"{pointer}/") for kept in _KEPT):
            return f"replaces {pointer}, which the launcher reads its jobs by; leave it out"
        if not file.startswith("/"):
            return f"takes {pointer} from {file!r}, which is no absolute path; write one"
    return None


_CHECKS = {
    "bit": _bit,
    "switch": _switch,
    "whole": _whole,
    "number": _number,
    "ratio": _ratio,
    "cpus": _cpus,
    "megabytes": _megabytes,
    "port": _port,
    "path": _path,
    "url": _url,
    "name": _name,
    "level": _level,
    "text": _anything,
    "secret": _anything,
    "images": _images,
    "constraints": _constraints,
    "list": _list,
    "overrides": _overrides,
}


def ordered(values: Iterable[tuple[str, str]], options: Options) -> tuple[tuple[str, str], ...]:
    """Return keys and values in the order of the table, unknown ones last by name."""
    rank = {name: index for index, name in enumerate(options)}
    return tuple(sorted(values, key=lambda pair: (rank.get(pair[0], len(rank)), pair[0])))
