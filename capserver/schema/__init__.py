"""JSON Schema from strangers: the safe profile (`lint`), references (`inlined`), the validator (`Schema`)."""

from capserver.schema.profile import lint
from capserver.schema.refs import inlined
from capserver.schema.validator import Schema

__all__ = ["Schema", "inlined", "lint"]
