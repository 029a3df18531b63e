"""Makes the declared topics, tells where those on the broker differ, and checks them for a worker that starts."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from kafka import errors
from kafka.admin import ConfigResource, ConfigResourceType
from msgspec import Struct
from msgspec.structs import replace

from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.catalogue import TopicSpec, topic_name
from wirewatch.adapters.kafka.connection import faults, open_admin
from wirewatch.core.errors import Refused
from wirewatch.ports.signals import Tell, silent

# Where a topic differs in one of these, messages are refused, lost or dated wrongly; others are the operator's own choice.
_NEEDED = ("cleanup.policy", "max.message.bytes", "message.timestamp.type")
_READY_MS = 30_000


class TopicState(Struct, frozen=True):
    """What a topic is like after ``setup``. ``fault``: workers can't use it as it is; ``differs``: they can."""

    topic: str
    state: Literal["made", "fine", "changed", "differs", "fault"]
    detail: str


class _Found(Struct, frozen=True):
    partitions: int
    replicas: int
    configs: dict[str, str]


class TopicSetup:
    """Brings the topics of one installation to what is declared. Nothing that is there is changed unless asked for."""

    def __init__(self, access: KafkaAccess, *, prefix: str, replication: int = -1, wait_seconds: float = 0.0, tell: Tell = silent) -> None:
        """Connect. Raises Unavailable, Refused."""
        self._access = access
        self._prefix = prefix
        self._replication = replication
        self._admin = open_admin(access, wait_seconds=wait_seconds, tell=tell)

    def run(self, specs: Mapping[str, TopicSpec], *, alter: bool = False, add_partitions: bool = False) -> list[TopicState]:
        """Make what is missing; then look at all of it. ``alter`` and ``add_partitions`` change what differs."""
        named = {topic_name(self._prefix, name): spec for name, spec in specs.items()}
        with faults(self._access, "making topics"):
            missing = {name: spec for name, spec in named.items() if name not in self._partitions(named)}
            made = self._make(missing)
            return [self._state(name, spec, name in made, alter=alter, add=add_partitions) for name, spec in named.items()]

    def check(self, specs: Mapping[str, TopicSpec]) -> None:
        """Raise Refused if a topic is missing or has too few partitions."""
        named = {topic_name(self._prefix, name): spec for name, spec in specs.items()}
        with faults(self._access, "looking for topics"):
            there = self._partitions(named)
        if missing := sorted(named.keys() - there.keys()):
            raise Refused(f"{_listed(missing)} not there (or hidden from {self._access.who}); make what is missing: wirewatch setup")
        few = [f"{name} has {there[name]} of {spec.partitions}" for name, spec in named.items() if there[name] < spec.partitions]
        if few:
            raise Refused(f"too few partitions: {', '.join(few)}; docs/operations/kafka.md tells how to add them")

    def with_own_limits(self, specs: Mapping[str, TopicSpec]) -> dict[str, TopicSpec]:
        """The specs with the limit that the broker really has for a message, where it tells."""
        with faults(self._access, "asking for the topics' limits"):
            own = {name: self._configs(topic_name(self._prefix, name)).get("max.message.bytes") for name in specs}
        return {name: replace(spec, max_message_bytes=int(own[name] or spec.max_message_bytes)) for name, spec in specs.items()}

    @property
    def cluster(self) -> str:
        """The cluster's own id."""
        with faults(self._access, "asking for the cluster's id"):
            return str(self._admin.describe_cluster()["cluster_id"])

    def close(self) -> None:
        """Close the connection."""
        self._admin.close()

    def _partitions(self, names: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for topic in self._admin.describe_topics(list(names)):
            error = errors.for_code(topic["error_code"])
            if error is errors.NoError:
                found[topic["name"]] = len(topic["partitions"])
            elif error is not errors.UnknownTopicOrPartitionError:
                raise error(topic["name"])
        return found

    def _make(self, missing: Mapping[str, TopicSpec]) -> set[str]:
        if not missing:
            return set()
        wanted = {
            name: {"num_partitions": spec.partitions, "replication_factor": self._replication, "configs": spec.configs}
            for name, spec in missing.items()
        }
        answer = self._admin.create_topics(wanted, raise_errors=False)
        made = set()
        for topic in answer["topics"]:
            error = errors.for_code(topic["error_code"])
            if error is errors.NoError:
                made.add(topic["name"])
            elif error is not errors.TopicAlreadyExistsError:  # another setup was faster
                raise error(f"{topic['name']}: {topic.get('error_message') or error.__name__}")
        self._admin.wait_for_topics(list(missing), timeout_ms=_READY_MS)
        return made

    def _found(self, name: str) -> _Found:
        (topic,) = self._admin.describe_topics([name])
        return _Found(len(topic["partitions"]), len(topic["partitions"][0]["replica_nodes"]), self._configs(name))

    def _configs(self, name: str) -> dict[str, str]:
        """Empty where we have no right to see it."""
        configs = self._admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")["topic"][name]
        return {key: str(config["value"]) for key, config in configs.items()}

    def _state(self, name: str, spec: TopicSpec, made: bool, *, alter: bool, add: bool) -> TopicState:  # noqa: FBT001 - its own caller
        found = self._found(name)
        shape = f"{found.partitions} partitions, {found.replicas} {'copy' if found.replicas == 1 else 'copies'}"
        if made:
            return TopicState(name, "made", shape)
        done: list[str] = []
        faulty: list[str] = []
        differing: list[str] = []
        if found.partitions < spec.partitions:
            if add:
                self._admin.create_partitions({name: spec.partitions})
                self._admin.wait_for_topics([name], timeout_ms=_READY_MS)
                done.append(f"partitions {found.partitions} → {spec.partitions}")
            else:
                faulty.append(f"{found.partitions} partitions of {spec.partitions} (--add-partitions adds them)")
        wrong = {key: value for key, value in spec.configs.items() if not _as_wanted(key, found.configs.get(key), value)}
        if wrong and alter:
            self._alter(name, wrong)
            done += [f"{key} {found.configs.get(key)} → {value}" for key, value in wrong.items()]
        else:
            for key, value in wrong.items():
                told = f"{key} is {found.configs.get(key)}, declared {value} (--alter changes it)"
                (faulty if key in _NEEDED else differing).append(told)
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
