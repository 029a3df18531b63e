"""Creates the declared topics, reports where those on the broker differ, and checks them when a worker starts."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from kafka import errors
from kafka.admin import ConfigResource, ConfigResourceType
from msgspec import Struct
from msgspec.structs import replace

from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.catalogue import KafkaTopic, topic_name
from wirewatch.adapters.kafka.connection import faults, open_admin
from wirewatch.core.errors import Refused
from wirewatch.ports.signals import Tell, silent

# If a topic differs in one of these, messages are refused, lost or dated wrongly; the others are the operator's choice.
_NEEDED = ("cleanup.policy", "max.message.bytes", "message.timestamp.type")
_READY_MS = 30_000


class TopicState(Struct, frozen=True):
    """A topic after ``setup``. ``fault``: it differs, and workers can't use it; ``differs``: it does, and they can."""

    topic: str
    state: Literal["made", "fine", "changed", "differs", "fault"]
    detail: str


class _Found(Struct, frozen=True):
    partitions: int
    replicas: int
    configs: dict[str, str]


class TopicSetup:
    """Brings the topics of one installation to what is declared. An existing topic is changed only if asked for."""

    def __init__(self, access: KafkaAccess, *, prefix: str, replication: int = -1, wait_seconds: float = 0.0, tell: Tell = silent) -> None:
        """Connect. Raises Unavailable, Refused."""
        self._access = access
        self._prefix = prefix
        self._replication = replication
        self._admin = open_admin(access, wait_seconds=wait_seconds, tell=tell)

    def run(self, topics: Mapping[str, KafkaTopic], *, alter: bool = False, add_partitions: bool = False) -> list[TopicState]:
        """Create what is missing and report on every topic; ``alter`` and ``add_partitions`` change what differs.

        Raises Unavailable, Refused.
        """
        declared = self._named(topics)
        with faults(self._access, "creating topics"):
            existing = self._partitions(declared)
            created = self._create({name: topic for name, topic in declared.items() if name not in existing})
            return [self._state(name, topic, name in created, alter=alter, add=add_partitions) for name, topic in declared.items()]

    def check(self, topics: Mapping[str, KafkaTopic]) -> None:
        """Raise Refused if a topic is missing or has too few partitions. Raises Unavailable."""
        declared = self._named(topics)
        with faults(self._access, "looking for topics"):
            found = self._partitions(declared)
        if missing := sorted(declared.keys() - found.keys()):
            raise Refused(f"{_listed(missing)} missing (or hidden from {self._access.who}); create what is missing: wirewatch setup")
        few = [f"{name} has {found[name]} of {topic.partitions}" for name, topic in declared.items() if found[name] < topic.partitions]
        if few:
            raise Refused(f"too few partitions: {', '.join(few)}; docs/operations/kafka.md says how to add them")

    def with_own_limits(self, topics: Mapping[str, KafkaTopic]) -> dict[str, KafkaTopic]:
        """The topics with the broker's own limit for a message, if it may be read. Raises Unavailable, Refused."""
        with faults(self._access, "asking for the topics' limits"):
            own = {name: self._configs(topic_name(self._prefix, name)).get("max.message.bytes") for name in topics}
        return {name: replace(topic, max_message_bytes=int(own[name] or topic.max_message_bytes)) for name, topic in topics.items()}

    @property
    def cluster(self) -> str:
        """The cluster's id. Raises Unavailable, Refused."""
        with faults(self._access, "asking for the cluster's id"):
            return str(self._admin.describe_cluster()["cluster_id"])

    def close(self) -> None:
        """Close the connection."""
        self._admin.close()

    def _named(self, topics: Mapping[str, KafkaTopic]) -> dict[str, KafkaTopic]:
        """By their names on the broker."""
        return {topic_name(self._prefix, name): topic for name, topic in topics.items()}

    def _partitions(self, names: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for topic in self._admin.describe_topics(list(names)):
            error = errors.for_code(topic["error_code"])
            if error is errors.NoError:
                found[topic["name"]] = len(topic["partitions"])
            elif error is not errors.UnknownTopicOrPartitionError:
                raise error(topic["name"])
        return found

    def _create(self, missing: Mapping[str, KafkaTopic]) -> set[str]:
        if not missing:
            return set()
        wanted = {
            name: {"num_partitions": topic.partitions, "replication_factor": self._replication, "configs": topic.configs}
            for name, topic in missing.items()
        }
        answer = self._admin.create_topics(wanted, raise_errors=False)
        created = set()
        for result in answer["topics"]:
            error = errors.for_code(result["error_code"])
            if error is errors.NoError:
                created.add(result["name"])
            elif error is not errors.TopicAlreadyExistsError:  # another setup was quicker
                raise error(f"{result['name']}: {result.get('error_message') or error.__name__}")
        self._admin.wait_for_topics(list(missing), timeout_ms=_READY_MS)
        return created

    def _found(self, name: str) -> _Found:
        (topic,) = self._admin.describe_topics([name])
        return _Found(len(topic["partitions"]), len(topic["partitions"][0]["replica_nodes"]), self._configs(name))

    def _configs(self, name: str) -> dict[str, str]:
        """Empty if we are not allowed to read it."""
        configs = self._admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")["topic"][name]
        return {key: str(config["value"]) for key, config in configs.items()}

    def _state(self, name: str, topic: KafkaTopic, created: bool, *, alter: bool, add: bool) -> TopicState:  # noqa: FBT001 - one caller
        found = self._found(name)
        shape = f"{found.partitions} partitions, {found.replicas} {'copy' if found.replicas == 1 else 'copies'}"
        if created:
            return TopicState(name, "made", shape)
        done: list[str] = []
        faulty: list[str] = []
        differing: list[str] = []
        if found.partitions < topic.partitions:
            if add:
                self._admin.create_partitions({name: topic.partitions})
                self._admin.wait_for_topics([name], timeout_ms=_READY_MS)
                done.append(f"partitions {found.partitions} → {topic.partitions}")
            else:
                faulty.append(f"{found.partitions} partitions of {topic.partitions} (--add-partitions adds them)")
        wrong = {key: value for key, value in topic.configs.items() if not _as_wanted(key, found.configs.get(key), value)}
        if wrong and alter:
            self._alter(name, wrong)
            done += [f"{key} {found.configs.get(key)} → {value}" for key, value in wrong.items()]
        else:
            for key, value in wrong.items():
                difference = f"{key} is {found.configs.get(key)}, declared {value} (--alter changes it)"
                (faulty if key in _NEEDED else differing).append(difference)
        if self._replication > 0 and found.replicas != self._replication:
            differing.append(f"{found.replicas} copies, kafka_replication {self._replication} (kafka-reassign-partitions changes it)")
        detail = "; ".join((*faulty, *done, *differing)) or shape
        return TopicState(name, "fault" if faulty else "changed" if done else "differs" if differing else "fine", detail)

    def _alter(self, name: str, configs: Mapping[str, str]) -> None:
        answer: dict[str, Any] = self._admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, dict(configs))])
        result = answer["topic"][name]
        if result != "OK":
            raise Refused(f"{name}: its configuration can't be changed ({result})")


def _as_wanted(key: str, found: str | None, wanted: str) -> bool:
    if key == "max.message.bytes" and found is not None:
        return int(found) >= int(wanted)
    return found == wanted


def _listed(names: list[str]) -> str:
    return f"topic {names[0]} is" if len(names) == 1 else f"topics {', '.join(names)} are"
