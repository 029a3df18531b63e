"""A spaCy pipeline, installed as a user's would be, that kills its process at one word and hangs at another."""

from pathlib import Path

_CODE = """
import os, signal, time
import spacy
from spacy.language import Language

@Language.component("danger")
def danger(doc):
    if "Todeswort" in doc.text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "Stillstandswort" in doc.text:
        time.sleep(3600)
    return doc

def load(**_options):
    nlp = spacy.blank("de")
    nlp.add_pipe("danger")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Jana Beispiel"}])
    return nlp
"""
KILLS, HANGS = "Ein Todeswort in der Meldung", "Ein Stillstandswort in der Meldung"


def install(folder: Path) -> Path:
    """Make the package; ``folder`` must be on the path of whoever loads it, as ``de_danger``."""
    package, metadata = folder / "de_danger", folder / "de_danger-1.0.dist-info"
    package.mkdir(parents=True)
    metadata.mkdir()
    (package / "__init__.py").write_text(_CODE)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: de_danger\nVersion: 1.0\n")
    return folder
