"""Is everything that can be wrong with a file said in the reader's language?"""

from __future__ import annotations

import re

import pytest

from datasets.cells import BAD_FILES
from datasets.uploads import REASONS
from lessons.words import LANGUAGES, Text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_bad_file_has_its_sentence(language):
    text = Text(language)
    assert len(REASONS) > 10
    for reason in REASONS:
        assert text.shared(f"reasons.{reason}")
    for reason, english in BAD_FILES.items():
        sentence = text.shared(f"bad_file.{reason}")
        assert set(re.findall(r"\{(\w+)", sentence)) == set(re.findall(r"\{(\w+)", english)), reason
