"""Identifies languages with py3langid (after Lui & Baldwin 2012, "langid.py")."""

from functools import cached_property
from typing import Any

# English sentences are often identified as Nigerian Pidgin, in which no newspaper is written. Restricting the model's languages would make
# it three times slower.
_REPORTED_AS = {"pcm": "en"}


class LangidIdentifier:
    """Knows 97 languages, by a naive Bayes model of byte n-grams. Library and model are loaded with the first text, in a second."""

    @cached_property
    def _model(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # noqa: PLC0415 - see above; no types

        model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        # The file has half-precision numbers, which processors can't multiply: converting them for each text would take half of its time.
        model.nb_ptc = model.nb_ptc.astype("float32")
        return model

    def identify(self, text: str) -> tuple[str, float]:
        """Return the ISO 639-1 code of a text's language, and the confidence, 0 to 1."""
        code, confidence = self._model.classify(text)
        return _REPORTED_AS.get(code, code), float(confidence)
