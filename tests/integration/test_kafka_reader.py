"""Reading between offsets, again and again over one connection."""

from contextlib import closing
from random import Random

import pytest

from tests.support.kafka_client import Broker
from wirewatch.adapters.kafka import reader
from wirewatch.adapters.kafka.access import KafkaAccess

_RECORDS = 1_000


def test_single_records_after_others_were_left_unread(
    broker: Broker, kafka_servers: str, kafka_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More was fetched of each partition than was asked for: it must not keep later reads of that partition from their records."""
    monkeypatch.setattr(reader, "_STALL_SECONDS", 10.0)
    broker.make("articles", 3)
    for partition in range(3):
        broker.put("articles", *((None, b"%d" % number + b"x" * 1_000) for number in range(_RECORDS)), partition=partition)
    chance = Random(3)
    with closing(reader.TopicReader(KafkaAccess((kafka_servers,)))) as opened:
        for number in range(60):
            if number % 10 == 0:
                everything = opened.read(f"{kafka_prefix}articles", dict.fromkeys(range(3), (0, _RECORDS)))
                assert sum(1 for _ in everything) == 3 * _RECORDS
            partition, offset = chance.randrange(3), chance.randrange(_RECORDS)
            found = [record.offset for record in opened.read(f"{kafka_prefix}articles", {partition: (offset, offset + 1)})]
            assert found == [offset]
