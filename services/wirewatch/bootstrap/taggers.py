"""Builds what finds language, entities and topics, and the path that uses it."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path

from wirewatch import __version__
from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.compounds import load_splitter
from wirewatch.adapters.files.gazetteer import load_gazetteer
from wirewatch.adapters.files.languages import load_languages
from wirewatch.adapters.files.topics import load_topics
from wirewatch.adapters.langid import LangidIdentifier
from wirewatch.adapters.ner.recogniser import TrainedRecogniser
from wirewatch.adapters.ner.spacy_pipeline import SpacyRecogniser
from wirewatch.adapters.snowball import SnowballStemmer
from wirewatch.core.article import Versions
from wirewatch.core.entities.gazetteer import Gazetteer
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.ingest.language import Identify
from wirewatch.core.pipeline import Pipeline, Tools
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.text.languages import Languages
from wirewatch.core.topics.rules import TopicRule, topics_version
from wirewatch.core.topics.tagger import TopicTagger
from wirewatch.ports.model import EntityRecogniser
from wirewatch.settings import Settings

DATA = Path(str(files("wirewatch") / "data"))


@dataclass(frozen=True, kw_only=True)
class Taggers:
    """What finds language, entities and topics, and what it was made of."""

    identify: Identify
    languages: Languages
    entities: EntityTagger
    topics: TopicTagger
    gazetteer: Gazetteer
    rules: tuple[TopicRule, ...]
    recognisers: Mapping[str, EntityRecogniser]

    @property
    def versions(self) -> Versions:
        """Versions of all that decides about tags."""
        models = ",".join(f"{language}={model.version}" for language, model in sorted(self.recognisers.items()))
        return Versions(wirewatch=__version__, gazetteer=self.gazetteer.version, topics=topics_version(self.rules), model=models or "none")


def build_taggers(settings: Settings) -> Taggers:
    """Load languages, gazetteer, topic rules and models. Raises DataFileError, SettingsError."""
    languages = load_languages()
    gazetteer = load_gazetteer(settings.gazetteer_files, settings.suppress_file, languages=languages)
    rules = load_topics((DATA / "topics", *settings.topic_directories))
    recognisers: dict[str, EntityRecogniser] = {
        **(shipped_models() if settings.name_models else {}),
        **_spacy_pipelines(settings),
    }
    return Taggers(
        identify=LangidIdentifier().identify,
        languages=languages,
        entities=EntityTagger(gazetteer, AutomatonMatcher, languages, recognisers),
        topics=TopicTagger(rules, AutomatonMatcher),
        gazetteer=gazetteer,
        rules=rules,
        recognisers=recognisers,
    )


def shipped_models() -> dict[str, EntityRecogniser]:
    """The models of names that come with the package, by language."""
    return {path.parent.name: TrainedRecogniser(path) for path in sorted((DATA / "models").glob("*/model.npz"))}


def _spacy_pipelines(settings: Settings) -> dict[str, EntityRecogniser]:
    return {language: SpacyRecogniser(name) for language, name in settings.spacy_pipelines.items()}


def build_pipeline(settings: Settings, taggers: Taggers) -> Pipeline:
    """The path of an article."""
    tools = Tools(
        identify=taggers.identify,
        languages=taggers.languages,
        entities=taggers.entities,
        topics=taggers.topics,
        versions=taggers.versions,
        max_record_bytes=settings.max_record_bytes,
        max_text_characters=settings.max_text_characters,
        future_tolerance=timedelta(hours=settings.future_tolerance_hours),
    )
    return Pipeline(tools, timer=time.perf_counter)


def load_pipeline(settings: Settings) -> Pipeline:
    """The path of an article with all it needs, as each process of a worker makes it."""
    return build_pipeline(settings, build_taggers(settings))


def build_analyser() -> Analyser:
    """What takes text and queries to searchable tokens."""
    return Analyser(SnowballStemmer(), {"de": load_splitter(DATA / "german_parts.txt")})


def with_entities(taggers: Taggers, entities: EntityTagger) -> Taggers:
    """The same taggers with another one for entities, to compare them."""
    return replace(taggers, entities=entities)


def installed_pipelines() -> tuple[str, ...]:
    """Names of the spaCy pipelines that are installed here."""
    return tuple(sorted(name for name in packages_distributions() if re.fullmatch(r"[a-z]{2,3}_[a-z]+_[a-z]+_(sm|md|lg|trf)", name)))
