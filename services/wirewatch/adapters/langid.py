"""Language identification with py3langid (after Lui & Baldwin 2012, "langid.py")."""

from functools import cached_property
from typing import Any

# Nigerian Pidgin takes English sentences, and no newspaper is written in it. To restrict the model's languages would make it three times
# slower.
_TAKEN_FOR = {"pcm": "en"}


class LangidIdentifier:
    """97 languages by a naive Bayes model over byte n-grams. Library and model are loaded at the first text, in a second."""

    @cached_property
    def _model(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # noqa: PLC0415 - see above; no types

        model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        # The file holds half-precision numbers, which no processor multiplies: they would be converted for each text, in half of its time.
        model.nb_ptc = model.nb_ptc.astype("float32")
        return model

    def identify(self, text: str) -> tuple[str, float]:
        """Return (ISO 639-1 code, confidence 0 to 1)."""
        code, confidence = self._model.classify(text)
        return _TAKEN_FOR.get(code, code), float(confidence)
