"""The person who runs the server is told which walls stand around an encoder."""

import pytest

from transcode.confinement import ChildFacts, keeps_off_network, layers_of, try_confinement
from transcode.limits import NO_LIMITS

BARE = ChildFacts(
    network="net:[1]", has_sockets=True, has_trace=True, reads_others=True,
    gains_no_rights=False, out_of_memory=0, disk_class=0,
    memory_bytes=-1, file_bytes=-1, core_bytes=-1, dies_with_parent=False,
)  # fmt: skip
WALLED = ChildFacts(
    network="net:[2]", has_sockets=False, has_trace=False, reads_others=False,
    gains_no_rights=True, out_of_memory=800, disk_class=2,
    memory_bytes=6 << 30, file_bytes=16 << 30, core_bytes=0, dies_with_parent=True,
)  # fmt: skip


def test_a_walled_child_has_every_layer_and_a_bare_one_none() -> None:
    assert all(layer.is_active for layer in layers_of(WALLED, "net:[1]"))
    assert not any(layer.is_active for layer in layers_of(BARE, "net:[1]"))


def test_no_two_layers_say_the_same() -> None:
    said = [layer.sentence for facts in (BARE, WALLED) for layer in layers_of(facts, "net:[1]")]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("network", "has_sockets", "kept_off"),
    [
        pytest.param("net:[2]", True, True, id="a-network-of-its-own"),
        pytest.param("net:[1]", False, True, id="no-sockets"),
        pytest.param("net:[1]", True, False, id="neither"),
    ],
)
def test_one_wall_is_enough_to_keep_off_the_network(
    network: str, has_sockets: bool, kept_off: bool
) -> None:
    facts = ChildFacts(
        **{name: getattr(BARE, name) for name in BARE.__struct_fields__}
        | {"network": network, "has_sockets": has_sockets}
    )
    assert keeps_off_network(layers_of(facts, "net:[1]")) is kept_off


async def test_it_is_tried_out_on_this_machine() -> None:
    layers = {layer.name: layer.is_active for layer in await try_confinement()}
    always = ("no-sockets", "no-tracing", "no-new-rights", "memory", "file-size", "out-of-memory")
    assert [name for name in (*always, "dies-with-server") if not layers[name]] == []
    free = {layer.name: layer.is_active for layer in await try_confinement(NO_LIMITS)}
    assert not free["own-network"]
    assert not free["no-sockets"]
    assert free["dies-with-server"]
