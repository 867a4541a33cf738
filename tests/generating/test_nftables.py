"""nftables out of a map: read back by the reader and by the kernel, and real packets through it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from generating_maps import HEAD, LINES, compiled, hostile_lines

from cloison.flows.configuration import File
from cloison.flows.configuring.load import read
from cloison.flows.generate import Generated, generate
from cloison.flows.verify import verify
from cloison.netmodel.finding import MapError
from cloison.netmodel.network import Network

NAT = """\
translations:
  vip:   {on: fw, kind: destination, outside: 198.51.100.20, inside: a-1/lan,
          services: {tcp/8443: tcp/443, udp/443: udp/443}}
  vip6:  {on: fw, kind: destination, outside: "2001:db8:f::20", inside: a-1/lan, services: {tcp/8443: tcp/443}}
  whole: {on: fw, kind: static, outside: 198.51.100.21, inside: b-1/lan}
  hide:  {on: fw, kind: source, outside: 198.51.100.22, inside: a}
"""
TOOLS = ("ip", "nft", "unshare", "ping")


def made(folder: Path, more: str = "") -> tuple[Network, Generated]:
    network = compiled(folder, more=more)
    return network, generate(network, "fw", "nftables")


def test_what_is_written_is_read_back_equal(tmp_path: Path) -> None:
    _, found = made(tmp_path, NAT)
    assert found.equal
    assert found.untranslated == ()
    assert [item.result for item in found.verification.devices] == ["equal"]
    assert not found.configuration.undecided
    assert found.configuration.input is not None
    assert found.configuration.output is not None


def test_the_same_map_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (made(tmp_path, NAT)[1].text for _ in range(2))
    assert first == second
    assert "Restricted" in first.splitlines()[0]


def test_every_rule_says_its_line(tmp_path: Path) -> None:
    text = made(tmp_path)[1].text
    accepted = [line for line in text.splitlines() if "counter accept" in line]
    assert len(accepted) >= len(LINES)
    assert all(f'comment "{name}: why {name}"' in text for name in LINES)
    assert text.count('log prefix "fw ') == 3


def test_names_do_not_leave_their_comments(tmp_path: Path) -> None:
    lines = {**hostile_lines(), 'id " } drop # ' + "z" * 150: LINES["F-2"]}
    found = generate(compiled(tmp_path, lines), "fw", "nftables")
    assert found.equal
    for line in found.text.splitlines():
        if "comment" in line:
            assert line.count('"') % 2 == 0
            assert len(line.rpartition('comment "')[2].encode()) <= 129
    assert "table inet evil" not in [line.strip()[:16] for line in found.text.splitlines()]
    assert "\u202e" not in found.text
    assert "\r" not in found.text


def test_an_interface_that_linux_cannot_have(tmp_path: Path) -> None:
    head = HEAD.replace("lan-a:", '"an interface * with \\" and spaces":')
    with pytest.raises(MapError, match="Linux"):
        generate(compiled(tmp_path, {"F-1": LINES["F-1"]}, head=head), "fw", "nftables")


def test_a_translation_that_cannot_be_written(tmp_path: Path) -> None:
    more = """\
translations:
  many: {on: fw, kind: destination, outside: 198.51.100.20, inside: [a-1/lan, a-2/lan]}
  odd: {on: fw, kind: destination, outside: 198.51.100.21, inside: a-1/lan, services: {tcp/80-81: tcp/8080-8081}}
"""
    with pytest.raises(MapError) as raised:
        made(tmp_path, more)
    assert [item.subject.id for item in raised.value.findings] == ["many", "odd"]


# ---------------------------------------------------------------- the kernel


@pytest.fixture
def root() -> None:
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if os.geteuid() or missing:
        assert "CLOISON_CI" not in os.environ, f"missing here: {missing or 'root'}"
        pytest.skip(f"needs {missing or 'root'}")


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("dump", [("nft", "-j"), ("nft",)])
def test_what_the_kernel_has_is_equal(tmp_path: Path, dump: tuple[str, ...]) -> None:
    lines = {**LINES, **{f"H{name}": line for name, line in hostile_lines().items()}}
    network = compiled(tmp_path, lines, NAT)
    file = tmp_path / "fw.nft"
    file.write_text(generate(network, "fw", "nftables").text, encoding="utf-8")
    shell = f'nft -f "{file}" && nft -f "{file}" && {" ".join(dump)} list ruleset'  # twice: it replaces itself
    text = run("unshare", "-n", "sh", "-c", shell)
    configuration = read([File("dump", text)], "nftables")
    verification = verify(network, {"fw": configuration})
    assert [item.result for item in verification.devices] == ["equal"]
    assert not configuration.undecided
    assert len(configuration.translations) == 6  # two of tcp and udp, vip6, both ways of whole, hide


@pytest.fixture
def wires(root: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Three hosts around a firewall, each in its namespace."""
    tag = f"cl{os.getpid()}"
    spaces = {name: f"{tag}-{name}" for name in ("fw", "out", "a", "b")}
    ends = {
        "out": ("wan", ("198.51.100.9/24", "2001:db8:f::9/64"), ("198.51.100.1/24", "2001:db8:f::1/64")),
        "a": ("lan-a", ("10.1.0.11/24", "2001:db8:1::11/64"), ("10.1.0.1/24", "2001:db8:1::1/64")),
        "b": ("lan-b", ("10.2.0.11/24", "2001:db8:2::11/64"), ("10.2.0.1/24", "2001:db8:2::1/64")),
    }
    try:
        for space in spaces.values():
            run("ip", "netns", "add", space)
            run("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
            run("ip", "-n", space, "link", "set", "lo", "up")
        for name, (port, theirs, ours) in ends.items():
            run("ip", "-n", spaces["fw"], "link", "add", port, "type", "veth", "peer", "eth0", "netns", spaces[name])
            for space, link, held in ((spaces["fw"], port, ours), (spaces[name], "eth0", theirs)):
                for address in held:
                    run("ip", "-n", space, "address", "add", address, "dev", link)
                run("ip", "-n", space, "link", "set", link, "up")
            for gateway in ours:
                family = "-6" if ":" in gateway else "-4"
                run("ip", family, "-n", spaces[name], "route", "add", "default", "via", gateway.partition("/")[0])
        knobs = ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        for knob in knobs:
            run("ip", "netns", "exec", spaces["fw"], "sysctl", "-qw", knob)
        file = tmp_path / "fw.nft"
        file.write_text(generate(compiled(tmp_path, more=NAT), "fw", "nftables").text, encoding="utf-8")
        run("ip", "netns", "exec", spaces["fw"], "nft", "-f", str(file))
        yield spaces
    finally:
        for space in spaces.values():
            subprocess.run(["ip", "netns", "delete", space], capture_output=True, check=False)


CONNECT = """
import socket, sys
family, host, port, bound = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
with socket.socket(family, socket.SOCK_STREAM) as one:
    one.settimeout(0.5)
    if bound:
        one.bind((bound, 0))
    try:
        one.connect((host, port))
        print("open")
    except ConnectionRefusedError:
        print("refused")  # nobody listens, but the packet arrived and its answer came back
    except OSError:
        print("nothing")
"""


def reached(space: str, host: str, port: int, bound: str = "") -> bool:
    """Say whether a connection's first packet arrives and is answered, be it by a refusal."""
    family = 10 if ":" in host else 2  # Linux: AF_INET6, AF_INET
    words = [sys.executable, "-c", CONNECT, str(family), host, str(port), bound]
    return run("ip", "netns", "exec", space, *words).strip() in ("open", "refused")


def test_real_packets_pass_as_lines_say(wires: dict[str, str]) -> None:
    assert reached(wires["a"], "10.2.0.11", 443)  # F-1
    assert reached(wires["a"], "2001:db8:2::11", 8050)
    assert not reached(wires["a"], "10.2.0.11", 444)
    assert not reached(wires["b"], "10.1.0.11", 443)  # the wrong way round
    assert reached(wires["out"], "10.1.0.11", 443)  # F-2
    assert not reached(wires["out"], "10.2.0.11", 443)
    assert reached(wires["a"], "10.1.0.1", 22)  # F-5, the device itself
    assert not reached(wires["b"], "10.2.0.1", 22)
    assert reached(wires["fw"], "10.1.0.11", 443, "198.51.100.1")  # F-2 from the device's own address in out
    assert not reached(wires["fw"], "10.2.0.11", 443)


def test_a_translation_leads_real_packets(wires: dict[str, str]) -> None:
    for address in ("198.51.100.20/32", "2001:db8:f::20/128"):
        family = "-6" if ":" in address else "-4"
        via = "2001:db8:f::1" if ":" in address else "198.51.100.1"
        run("ip", family, "-n", wires["out"], "route", "add", address, "via", via)
    assert reached(wires["out"], "198.51.100.20", 8443)
    assert not reached(wires["out"], "198.51.100.20", 443)
    assert reached(wires["out"], "2001:db8:f::20", 8443)


def test_a_packet_that_arrives_by_the_wrong_interface_is_dropped(wires: dict[str, str]) -> None:
    run("ip", "-n", wires["b"], "address", "add", "10.1.0.11/32", "dev", "lo")
    run("ip", "netns", "exec", wires["fw"], "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0")
    assert not reached(wires["b"], "10.2.0.1", 22, "10.1.0.11")
