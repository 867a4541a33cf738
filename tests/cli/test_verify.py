"""``cloison verify`` from outside: contracts, exit codes, every bad input with its place, both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from in_process import Done, run

LAB = Path(__file__).resolve().parents[2] / "examples" / "lab"
RULES = """\
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
%s
  }
}
"""
MAP = """\
cloison: 1
name: small
parties: {us: {kind: provider, country: FR}}
zones:
  a: {owner: us, nature: production, sensitivity: internal, domain: processing}
  b: {owner: us, nature: production, sensitivity: internal, domain: processing}
subnets:
  a-lan: {cidr: [10.1.0.0/24, "2001:db8:1::/64"], zone: a}
  b-lan: {cidr: [10.2.0.0/24, "2001:db8:2::/64"], zone: b}
assets:
  fw-edge: {functions: filtering, owner: us, interfaces: {a0: 10.1.0.1, b0: 10.2.0.1}}
  fw-core: {functions: filtering, owner: us, interfaces: {a0: 10.1.0.2, b0: 10.2.0.2}}
  web: {owner: us, interfaces: {lan: 10.2.0.10}}
interconnections:
  core: {between: [a, b], through: [[fw-edge, fw-core]]}
flows:
  F-1: {from: a-lan, to: web, services: tcp/443, responsible: net, justification: {kind: business, text: t}}
"""
EXACT = "    ip saddr 10.1.0.0/24 ip daddr 10.2.0.10 tcp dport 443 accept"


def cloison(*words: str) -> Done:
    return run(Path(), "verify", *words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "fw.nft").write_text(RULES % EXACT, encoding="utf-8")
    return tmp_path


def test_an_exact_configuration_is_equal_and_exits_with_zero(folder: Path) -> None:
    done = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / 'fw.nft'}", "--format", "json")
    assert done.returncode == 0, done.stderr
    (device,) = json.loads(done.stdout)["devices"]
    assert (device["device"], device["dialect"], device["result"]) == ("fw-edge", "nftables", "equal")
    assert (device["excess"], device["missing"], device["undecided"]) == ([], [], [])
    assert device["counts"]["lines"] == 1


def test_the_contract_of_an_excess_and_of_a_missing_flow(folder: Path) -> None:
    (folder / "fw.nft").write_text(RULES % "    ip saddr 10.1.0.7 ip daddr 10.2.0.10 tcp dport 22 accept", "utf-8")
    done = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / 'fw.nft'}", "--format", "json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["schema"] == "cloison.verify/1"
    (device,) = answer["devices"]
    assert device["result"] == "differs"
    (excess,) = device["excess"]
    assert (excess["from"], excess["to"], excess["source"], excess["service"]) == ("a", "b", "10.1.0.7", "tcp/22")
    assert excess["destination"] == "web/lan (10.2.0.10)"
    assert excess["witness"]["source"] == "10.1.0.7"
    assert (excess["witness"]["protocol"], excess["witness"]["port"]) == ("tcp", 22)
    assert [(rule["file"], rule["line"]) for rule in excess["rules"]] == [(str(folder / "fw.nft"), 5)]
    assert "tcp dport 22" in excess["rules"][0]["text"]
    assert excess["nearest"] == [{"line": "F-1", "why": "service"}]
    (missing,) = device["missing"]
    assert missing["line"] == "F-1"
    assert missing["witness"]["destination"] == "10.2.0.10"
    assert [rule["line"] for rule in missing["blocked_by"]] == [3], "the policy of the chain"


def test_a_rule_that_is_not_understood_leaves_it_undecided(folder: Path) -> None:
    rules = f"{EXACT}\n    ip saddr 10.1.0.0/24 meta mark 7 accept"
    (folder / "fw.nft").write_text(RULES % rules, encoding="utf-8")
    done = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / 'fw.nft'}", "--format", "json")
    assert done.returncode == 3, done.stderr
    (device,) = json.loads(done.stdout)["devices"]
    assert device["result"] == "undecided"
    assert [item["line"] for item in device["undecided"]] == [6]


def test_a_folder_of_devices_is_verified_at_once(folder: Path) -> None:
    devices = folder / "devices"
    devices.mkdir()
    (devices / "fw-edge.nft").write_text(RULES % EXACT, encoding="utf-8")
    (devices / "fw-core").mkdir()
    (devices / "fw-core" / "rules.nft").write_text(RULES % "", encoding="utf-8")
    done = cloison(str(folder / "map.yaml"), "--config", str(devices), "--format", "json")
    assert done.returncode == 1
    results = {item["device"]: item["result"] for item in json.loads(done.stdout)["devices"]}
    assert results == {"fw-edge": "equal", "fw-core": "missing"}
    (devices / "fw-egde.conf").write_text(RULES % EXACT, encoding="utf-8")
    done = cloison(str(folder / "map.yaml"), "--config", str(devices))
    assert done.returncode == 2
    assert "fw-egde.conf" in done.stderr
    assert "fw-edge" in done.stderr


def test_rules_without_effect_are_told(folder: Path) -> None:
    rules = f"{EXACT}\n    ip saddr 10.1.0.9 ip daddr 10.2.0.10 tcp dport 443 counter packets 0 bytes 0 accept\n"
    rules += "    ip saddr 172.16.0.0/12 ip daddr 10.2.0.10 tcp dport 443 accept"
    (folder / "fw.nft").write_text(RULES % rules, encoding="utf-8")
    done = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / 'fw.nft'}", "--format", "json")
    assert done.returncode == 0, done.stdout
    (device,) = json.loads(done.stdout)["devices"]
    told = {(item["how"], item["line"]) for item in device["without_effect"]}
    assert told == {("shadowed", 6), ("idle", 7)}


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blank": (b"\n  \n", "empty"),
    "binary": (b"\x7fELF\0\0\0", "no text"),
    "prose": (b"dear colleague, please open the firewall\n", "no dialect"),
    "truncated": (b"table inet filter {\n  chain forward {\n    type filter hook forward priority 0;\n", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_configuration_is_an_error_and_never_a_pass(folder: Path, name: str) -> None:
    data, word = BAD[name]
    (folder / "bad.conf").write_bytes(data)
    done = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / 'bad.conf'}")
    assert done.returncode == 2
    assert "bad.conf" in done.stderr
    assert word in done.stderr.lower()
    assert "Traceback" not in done.stderr
    french = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / 'bad.conf'}", "--lang", "fr")
    assert french.returncode == 2
    assert french.stderr != done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--config", "fw-egde={fw}"], "fw-edge"),
        (["--config", "web={fw}"], "web stands between no two places"),
        (["--config", "{fw}"], "DEVICE=FILE"),
        (["--config", "fw-edge="], "DEVICE=FILE"),
        (["--config", "fw-edge={absent}"], "no such file"),
        ([], "no configuration is named"),
        (["--config", "fw-edge={fw}", "--base", "fw-core={fw}"], "fw-core"),
    ],
)
def test_a_command_line_that_names_nothing(folder: Path, words: list[str], said: str) -> None:
    places = {"fw": folder / "fw.nft", "absent": folder / "absent"}
    done = cloison(str(folder / "map.yaml"), *(word.format_map(places) for word in words))
    assert done.returncode == 2
    assert said in done.stderr


def test_every_error_of_every_device_at_once(folder: Path) -> None:
    (folder / "one.nft").write_text(RULES % '    iifname "c9" accept', encoding="utf-8")
    (folder / "two.conf").write_text("", encoding="utf-8")
    done = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / 'two.conf'}", "--config",
                   f"fw-core={folder / 'absent'}")  # fmt: skip
    assert done.returncode == 2
    assert "two.conf" in done.stderr
    assert "absent" in done.stderr
    done = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / 'one.nft'}")
    assert done.returncode == 2
    assert "one.nft:5" in done.stderr
    assert "c9" in done.stderr


def test_lines_ended_in_every_way_are_the_same_configuration(folder: Path) -> None:
    text = RULES % EXACT
    for number, ended in enumerate((text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text)):
        (folder / f"{number}.nft").write_bytes(ended.encode())
        done = cloison(str(folder / "map.yaml"), "--config", f"fw-edge={folder / f'{number}.nft'}")
        assert done.returncode == 0, done.stdout + done.stderr


def test_both_languages_and_every_output(folder: Path) -> None:
    config = ("--config", f"fw-1={LAB / 'nftables.conf'}", "--at", "2026-11-02")
    for output in ("terminal", "markdown", "json"):
        said = {
            lang: cloison(str(LAB / "map.yaml"), *config, "--format", output, "--lang", lang) for lang in ("en", "fr")
        }
        assert {item.returncode for item in said.values()} == {1}
        if output != "json":
            assert said["en"].stdout != said["fr"].stdout
        assert "nftables.conf:27" in said["en"].stdout or output == "json"
