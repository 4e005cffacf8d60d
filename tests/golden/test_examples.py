"""Every folder of examples/ renders to its golden file, whole: status, conditions, results, every manifest."""

import pytest

from function import preview
from tools.examples import Example, all_examples

EXAMPLES = list(all_examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.folder.name)
def test_renders_to_its_golden_file(example: Example):
    assert preview.stream(example.rendered()) == example.expected.read_text(), "if the change is meant: make golden"
