"""Every target: what it writes is read back equal, is the same again, keeps names in comments, refuses the rest."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from generating_maps import HEAD, LINES, compiled, hostile_lines

from cloison.flows.configuration import File
from cloison.flows.configuring.load import read
from cloison.flows.generate import all_targets, generate
from cloison.flows.verify import verify
from cloison.netmodel.finding import MapError

Lines = Mapping[str, Mapping[str, object]]
FOUR = re.sub(r', "2001:db8:[^"]*"', "", HEAD)  # the same map without IPv6
PINGS: Lines = {**LINES, "F-3": {**LINES["F-3"], "services": ["ping", "udp/53"]}}
PORTS: Lines = {
    **LINES, "F-3": {**LINES["F-3"], "services": "udp/53"}, "F-4": {**LINES["F-4"], "services": "tcp/9"}
}  # fmt: skip
THROUGH: Lines = {name: line for name, line in PINGS.items() if name not in ("F-5", "F-7")}
# what each target has words for: the lines, and the map's families
ASKED: Mapping[str, tuple[Lines, str]] = {
    "nftables": (LINES, HEAD), "iptables": (PINGS, HEAD), "ios": (PINGS, HEAD), "nxos": (PINGS, HEAD),
    "junos": (PINGS, HEAD), "srx": (PINGS, HEAD), "asa": (THROUGH, FOUR), "fortigate": (PORTS, HEAD),
    "panos": (PORTS, HEAD),
}  # fmt: skip


def test_every_target_is_asked() -> None:
    assert set(all_targets()) == set(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_what_is_written_is_read_back_equal(name: str, tmp_path: Path) -> None:
    lines, head = ASKED[name]
    network = compiled(tmp_path, lines, head=head)
    found = generate(network, "fw", name)
    assert [item.result for item in found.verification.devices] == ["equal"], found.text
    assert found.configuration.dialect == all_targets()[name].dialect
    assert not found.configuration.undecided
    assert found.files == generate(network, "fw", name).files
    assert all(why in found.text for why in ("why F-1", "why F-2", "why F-3"))
    assert "deny" in found.text or "DROP" in found.text or "drop" in found.text
    assert "Restricted" in found.text or name == "fortigate"  # whose files have no comments of their own


@pytest.mark.parametrize("name", ASKED)
def test_a_line_that_is_lost_is_seen(name: str, tmp_path: Path) -> None:
    """The text of one map is not taken for another's: the comparison can say no."""
    lines, head = ASKED[name]
    written = generate(compiled(tmp_path, {key: lines[key] for key in ("F-1", "F-2")}, head=head), "fw", name)
    network = compiled(tmp_path, {"F-1": lines["F-1"], "F-6": {"from": "a-2", "to": "b-1", "services": "tcp/77"}},
                       head=head)  # fmt: skip
    verdict = verify(network, {"fw": written.configuration}).devices[0]
    assert verdict.result == "differs"
    assert {item.line for item in verdict.missing} == {"F-6"}


@pytest.mark.parametrize("name", ASKED)
def test_names_do_not_leave_their_comments(name: str, tmp_path: Path) -> None:
    _, head = ASKED[name]
    hostile = 'id " } */ drop # ]]> & ' + "z" * 150
    lines = {**hostile_lines(), hostile: {"from": "a-2", "to": "b-1", "services": "tcp/7"}}
    found = generate(compiled(tmp_path, lines, head=head), "fw", name)
    assert found.equal, found.text
    assert not found.configuration.undecided
    assert "\u202e" not in found.text
    assert not re.search(r"^\s*(exit accept|table inet evil|lines: accept)", found.text, re.MULTILINE)
    if name not in ("nftables", "panos"):
        assert found.text.isascii()


@pytest.mark.parametrize("name", sorted(set(ASKED) - {"nftables"}))
def test_what_has_no_word_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    _, head = ASKED[name]
    lines: dict[str, dict[str, object]] = {
        "F-1": {"from": "a-1", "to": "b-1", "services": "ip/61"},
        "F-2": {"from": "a-1", "to": "b-1", "services": "icmp/3/4"},
        "F-3": {"from": "a-1", "to": "b-1", "services": "icmp/200"},
        "F-4": {"from": "a-1", "to": "b-1", "services": "ssh"},
    }
    with pytest.raises(MapError) as raised:
        generate(compiled(tmp_path, lines, head=head), "fw", name)
    first = head.count("\n") + 3
    assert [item.spans[0].line for item in raised.value.findings] == [first, first + 1, first + 2]


@pytest.mark.parametrize("name", sorted(set(ASKED) - {"nftables"}))
def test_translations_are_refused_where_they_are_not_written(name: str, tmp_path: Path) -> None:
    lines, head = ASKED[name]
    more = "translations: {vip: {on: fw, kind: destination, outside: 198.51.100.20, inside: a-1/lan}}\n"
    with pytest.raises(MapError) as raised:
        generate(compiled(tmp_path, lines, more, head), "fw", name)
    assert [item.subject.id for item in raised.value.findings] == ["vip"]


def test_an_asa_has_neither_ipv6_nor_what_it_cannot_take(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="IPv4"):
        generate(compiled(tmp_path, {"F-1": LINES["F-1"]}), "fw", "asa")
    line = {"from": "a-1", "to": "fw/lan-a", "services": "bgp"}
    network = compiled(tmp_path, {"F-1": line}, head=FOUR)
    with pytest.raises(MapError, match="itself"):
        generate(network, "fw", "asa")


def test_an_application_that_only_the_device_knows_is_not_equal(tmp_path: Path) -> None:
    found = generate(compiled(tmp_path, PINGS), "fw", "panos")
    assert not found.equal
    assert [item.result for item in found.verification.devices] == ["undecided"]


def test_iptables_are_two_files_that_the_kernel_takes(tmp_path: Path) -> None:
    tools = ("iptables-restore", "ip6tables-restore", "iptables-save", "ip6tables-save", "unshare")
    missing = [tool for tool in tools if not shutil.which(tool)]
    if os.geteuid() or missing:
        assert "CLOISON_CI" not in os.environ, f"missing here: {missing or 'root'}"
        pytest.skip(f"needs {missing or 'root'}")
    network = compiled(tmp_path, {**PINGS, **{f"H{name}": line for name, line in hostile_lines().items()}})
    files = generate(network, "fw", "iptables").files
    assert list(files) == [".v4", ".v6"]
    for suffix, text in files.items():
        (tmp_path / f"rules{suffix}").write_text(text, encoding="utf-8")
    shell = (
        f"cd '{tmp_path}' && iptables-restore < rules.v4 && ip6tables-restore < rules.v6 && "
        "iptables-save > saved.v4 && ip6tables-save > saved.v6"
    )
    done = subprocess.run(["unshare", "-n", "sh", "-c", shell], capture_output=True, text=True, check=False, timeout=60)
    assert not done.returncode, done.stderr
    saved = [File(name, (tmp_path / name).read_text("utf-8")) for name in ("saved.v4", "saved.v6")]
    verification = verify(network, {"fw": read(saved, "iptables")})
    assert [item.result for item in verification.devices] == ["equal"]


def test_without_aerleon_it_says_what_to_install(tmp_path: Path) -> None:
    compiled(tmp_path)
    code = (
        "import sys; sys.modules['aerleon'] = None\n"
        f"sys.argv = ['cloison', 'generate', {str(tmp_path / 'map.yaml')!r}, '--device', 'fw', '--dialect', 'nxos']\n"
        "from cloison import cli\n"
        "raise SystemExit(cli.run())\n"
    )
    (tmp_path / "map.yaml").write_text(
        (tmp_path / "map.yaml").read_text("utf-8").replace(', "icmp/3/4"', ""), encoding="utf-8"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "pip install 'cloison[generate]'" in done.stderr
    assert done.stdout == ""
