"""Our own object templates: which there are, and the data template through which a tenant's settings reach them.

A launcher that reads ``job.tpl`` and ``service.tpl`` from its scratch path reads every other file there too; the third
defines ``tenantry.data``, a JSON text that the first two take apart. So the templates are the same for every tenant,
and only the data differs.
"""

import json
from collections.abc import Mapping
from typing import Any

#: The file that holds a tenant's settings, and the name that it defines.
DATA, DEFINED = "tenantry-data.tpl", "tenantry.data"
#: Where the product keeps its configuration.
CONFIGURATION = "/etc/rstudio/launcher.conf"
#: The versions of the product's templates for which there are ones of ours; the last is the default.
VERSIONS = ("2.5.0",)


def data_text(values: Mapping[str, Any]) -> str:
    """Return the text of a data template, the same for the same values.

    Within a definition two opening braces would start an action, and JSON has them in texts only.
    """
    line = json.dumps(values, sort_keys=True, separators=(",", ":")).replace("{{", "{\\u007b")
    return f'{{{{- define "{DEFINED}" -}}}}\n{line}\n{{{{- end }}}}\n'
