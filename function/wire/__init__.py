"""Between Crossplane's protobuf messages and the core's plain values.

An observed object is never turned into a dict, nor even decoded: a Document looks into the few paths that are asked for, and all
the rest of the request stays the bytes that it came in.
"""

from function.wire.document import StructDocument
from function.wire.request import decode, read
from function.wire.response import write
from function.wire.values import plain, struct

__all__ = ["StructDocument", "decode", "plain", "read", "struct", "write"]
