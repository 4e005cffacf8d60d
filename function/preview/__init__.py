"""The preview: what Crossplane would compose, without Crossplane, Docker or network, the same bytes each time."""

from function.preview.documents import Unusable, read
from function.preview.rendering import Rendered, render
from function.preview.text import stream, tree

__all__ = ["Rendered", "Unusable", "read", "render", "stream", "tree"]
