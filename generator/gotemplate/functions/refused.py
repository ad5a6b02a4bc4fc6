"""Functions that Sprig has and that never run here, each with the reason.

The law: the same template and the same data give the same text, whatever the machine, the hour and the chance; and
nothing of the machine gets into it. A template that names one of them can be read, and fails where it calls it.
"""

from collections.abc import Mapping
from typing import Any

from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function

_ENVIRONMENT = "it reads the environment of the launcher, where secrets lie"
_NETWORK = "it asks the network"
_CLOCK = "it depends on the clock or the time zone, so that no two renderings are the same"
_CHANCE = "it depends on chance, so that no two renderings are the same"
_KEYS = "it makes or uses keys and passwords, which do not belong into a template"

#: Functions by name, with the reason why templates must not use them.
REFUSED: Mapping[str, str] = {
    **dict.fromkeys(("env", "expandenv"), _ENVIRONMENT),
    "getHostByName": _NETWORK,
    **dict.fromkeys(
        (
            "ago", "date", "dateInZone", "dateModify", "date_in_zone", "date_modify", "durationRound", "htmlDate",
            "htmlDateInZone", "mustDateModify", "mustToDate", "must_date_modify", "now", "toDate", "unixEpoch",
        ),
        _CLOCK,
    ),
    **dict.fromkeys(
        ("randAlpha", "randAlphaNum", "randAscii", "randBytes", "randInt", "randNumeric", "shuffle", "uuidv4"), _CHANCE
    ),
    **dict.fromkeys(
        (
            "bcrypt", "buildCustomCert", "decryptAES", "derivePassword", "encryptAES", "genCA", "genCAWithKey",
            "genPrivateKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey",
            "htpasswd",
        ),
        _KEYS,
    ),
}  # fmt: skip

#: Harmless functions of Sprig that no launcher's template is known to use, and that this engine does not compute.
UNSUPPORTED: frozenset[str] = frozenset(
    {
        "abbrevboth", "camelcase", "duration", "kebabcase", "semver", "semverCompare", "snakecase", "urlJoin",
        "urlParse", "wrap", "wrapWith",
    }
)  # fmt: skip


def _refuse(name: str, reason: str) -> Callee:
    def run(_: Run, *__: Any) -> Any:
        raise Failure(reason)

    return function(name, "any...", run)


FUNCTIONS: tuple[Callee, ...] = (
    *(_refuse(name, f"refused, because {reason}") for name, reason in REFUSED.items()),
    *(_refuse(name, "not computed by this tool; write it with other functions") for name in sorted(UNSUPPORTED)),
)
