"""The example of the design's section 3, completed: it reads without an error, as what it says."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from cloison.netmodel.finding import Span
from cloison.netmodel.language import model as m
from cloison.netmodel.language.read import Map, read_map

CASES = Path(__file__).parent / "cases"
FILE = str(CASES / "reference.yaml")


def yaml(begin: str, word: str) -> Span:
    """Return where ``word`` stands in the line of the reference that begins with ``begin``."""
    lines = (CASES / "reference.yaml").read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if line.strip().startswith(begin)]
    return Span(FILE, number, lines[number - 1].index(word) + 1)


@cache
def reference() -> Map:
    return read_map(CASES / "reference.yaml")


def test_head() -> None:
    model = reference().model
    assert (model.name, model.service, model.marking) == ("Nuage Aster", ("iaas",), "Diffusion limitée")
    assert model.vocabulary.domain == ("orchestration",)
    assert model.lateral
    assert list(model.policy) == ["no-dev-to-prod"]


def test_labels_are_texts() -> None:
    assert reference().model.parties["acme"].labels == {"vni": "5001", "v6": "2001:db8:a001::/56"}


def test_one_value_is_a_list() -> None:
    model = reference().model
    assert model.assets["fw-edge"].functions == ("filtering",)
    assert model.carriers["wan"].over == ("fibre",)
    assert model.zones["payments"].addresses == ("198.51.100.77",)
    assert model.endpoints["vmm"].audience == ("provider",)
    assert model.sites["lyon-1"].adjacent == (("sas", "hall-b"),)


def test_interfaces() -> None:
    assets = reference().model.assets
    assert assets["fw-edge"].interfaces["wan0"] == m.Interface(addresses=("198.51.100.2",))
    assert assets["fw-edge-a"].interfaces["mgmt"] == m.Interface(addresses=("10.10.1.5",), mac="00:1b:17:00:01:10")
    assert assets["post-7"].interfaces["lan"] == m.Interface(subnet="posts")


def test_stages() -> None:
    through = {name: item.through for name, item in reference().model.interconnections.items()}
    assert through["border"] == (("rtr-1",),)
    assert through["core"] == (("fw-edge",),)
    assert through["mgmt"] == (("fw-adm", "fw-adm-2"),)
    assert through["series"] == (("fw-adm",), ("fw-edge",))


def test_services() -> None:
    services = reference().model.services
    assert services["console-tls"].ports == (m.Ports(to="tcp/8443"),)
    assert [one.to for one in services["ceph"].ports] == ["tcp/3300", "tcp/6800-7300"]
    (peer,) = services["ntp-peer"].ports
    assert (peer.to, peer.source) == ("udp/123", "udp/123")


def test_groups() -> None:
    groups = reference().model.groups
    assert groups["hypervisors"] == m.Group(
        select=m.Selection("assets", {"functions": ("hypervisor",)}),
        unselect=m.Selection("assets", {"owner": ("acme",)}),
    )
    assert groups["ospf-all"].members == ("224.0.0.5", "ff02::5")
    assert groups["all-but-one"] == m.Group(members=("web-1", "web-2"), without=("web-2",))


def test_flows() -> None:
    flows = reference().model.flows
    first = flows["F-001"]
    assert first.encryption == m.Encryption("tls", "1.2")
    assert first.approved == (m.Approval("Alice", date(2026, 3, 2)),)
    assert flows["F-003"].via == ("mgmt",)
    assert flows["F-005"].compensating == (m.Measure("tunnel", "wan"), m.Measure("filtering", "fw-ot"))
    assert flows["F-005"].expires == date(2027, 1, 31)


def test_repeat_is_made_for_each_tenant_rows_included() -> None:
    model = reference().model
    assert [name for name in model.subnets if name.endswith("-lan") and name != "front-lan"] == [
        "acme-lan",
        "globex-lan",
        "initech-lan",
    ]
    lan = model.subnets["initech-lan"]
    assert (lan.cidr, lan.vni, lan.vrf) == (("10.0.0.0/16", "2001:db8:a003::/56"), 5003, "initech")
    assert model.interconnections["acme-gw"].between == ("acme-net", "front")
    assert model.flows["T-01.globex"].source == ("globex-net",)


def test_repeat_has_places() -> None:
    document = reference().document
    route = ("subnets", "initech-lan", "vni")
    assert document.span(route) == yaml("subnets: {<t>-lan", "<t.vni>")
    assert document.origin(route) == ("<t>-lan", Span(str(CASES / "tenants.csv"), 2, 1))
    assert document.cite(("flows", "T-01.acme", "to"))[1] == yaml("acme:    {kind", "acme")
    assert document.origin(("flows", "F-001")) is None


def test_places() -> None:
    document = reference().document
    assert document.span(("flows", "F-001", "source", 0)) == yaml("F-001", "internet")
    assert document.span(("flows", "F-001"), key=True) == yaml("F-001", "F-001")
    assert document.span(("flows", "F-001", "approved", 0, "on")) == yaml("approved: {by: Alice, on", "2026")
    assert document.span(("interconnections", "mgmt", "through", 0, 1)) == yaml("mgmt:    {between", "fw-adm-2")
    assert document.span(("interconnections", "border", "through", 0, 0)) == yaml("border", "rtr-1")
    assert document.span(("groups", "ospf-all", "members", 1)) == yaml("ospf-all", '"ff02')
    assert document.span(("groups", "hypervisors", "unselect")) == yaml("hypervisors", "{assets: {owner")
    assert document.span(("lateral",)) == yaml("lateral", "yes")
    # the longest part of the route that is written
    assert document.span(("zones", "front", "within", "x")) == yaml("front:       {owner", "{owner")
    assert document.span(("nothing",)).file == FILE


def test_inventory_rows_and_entries_are_merged() -> None:
    assets = reference().model.assets
    web = assets["web-1"]
    assert web.interfaces == {
        "front": m.Interface(addresses=("10.2.0.11",), mac="00:1b:17:00:03:11"),
        "mgmt": m.Interface(addresses=("10.11.2.11",), mac="00:1b:17:00:03:12"),
    }
    assert (web.kind, web.role, web.site, web.sensitivity) == ("physical", "serveur web", "paris-1/hall-a", "internal")
    assert web.software == (m.Software("nginx", "1.26"), m.Software("libc"))
    assert web.labels == {"baie": "B12"}
    assert assets["web-2"].interfaces["front"].addresses == ("10.2.0.12", "2001:db8:12::12")
    # a row beside an entry: its interface is written as an address alone in YAML
    assert assets["waf-1"].interfaces["front"] == m.Interface(addresses=("203.0.113.10",), mac="00:1b:17:00:03:20")
    assert assets["waf-1"].sensitivity == "exposed"


def test_matrix_in_csv() -> None:
    flows = reference().model.flows
    first = flows["M-1"]
    assert (first.source, first.to) == (("waf-1/back",), ("web-1", "web-2"))
    assert first.services == ("tcp/443", "tcp/8000-8100")
    assert (first.sensitivity, first.domain, first.owner) == ("internal", "processing", "aster")
    assert first.encryption == m.Encryption("tls", "1.2")
    assert first.justification == m.Justification("business", "La console, les pages")
    assert first.approved == (m.Approval("Alice", date(2026, 3, 2), "acme"), m.Approval("Bob", None, "globex"))
    assert first.expires == date(2026, 12, 31)
    assert first.stated == {
        "source_zone": "front",
        "target_zone": "compute",
        "unsafe": "non",
        "filtering": "fw-edge",
    }


def test_matrix_directions() -> None:
    flows = reference().model.flows
    both = flows["M-2"]
    assert (both.between, both.source, both.to) == (("log-1", "log-2"), (), ())
    assert both.services == ("syslog-tls",)
    assert both.stated["services"] == "tcp/6514"
    assert both.encryption is None
    back = flows["M-3"]
    assert (back.source, back.to) == (("posts",), ("waf-1/front",))
    assert (back.stated["source_zone"], back.stated["target_zone"]) == ("admin", "front")
    assert back.compensating == (m.Measure("tunnel", "wan"), m.Measure("procedure", text="On regarde, toujours"))


def test_matrix_in_a_workbook() -> None:
    flows = reference().model.flows
    line = flows["X-1"]
    assert line.services == ("tcp/443",)
    assert line.justification == m.Justification("infrastructure", "Lights-out management")
    assert line.expires == date(2027, 1, 2)
    assert line.approved == (m.Approval("Alice", date(2026, 3, 2)), m.Approval("Bob", date(2026, 3, 2)))
    assert flows["X-2"].services == ("ospf",)
    place = reference().document.span(("flows", "X-2", "to", 0))
    assert place == Span(str(CASES / "matrix.xlsx"), 5, 3, sheet="Matrice")


def test_places_in_tables() -> None:
    document = reference().document
    csv = str(CASES / "matrix.csv")
    assert document.span(("flows", "M-1", "to", 1)) == Span(csv, 2, 5)
    assert document.span(("flows", "M-1", "encryption", "minimum")) == Span(csv, 2, 14)
    assert document.span(("flows", "M-3"), key=True) == Span(csv, 4, 1)
    inventory = str(CASES / "inventory.csv")
    assert document.span(("assets", "web-1", "interfaces", "mgmt", "mac")) == Span(inventory, 3, 7)
    # a quoted cell holds two lines: the next row begins on line 6
    assert document.span(("assets", "waf-1", "model")) == Span(inventory, 6, 8)
    assert document.span(("assets", "waf-1", "functions")).file == FILE


def test_files() -> None:
    names = {path.name for path in reference().files}
    assert names == {"reference.yaml", "tenants.csv", "inventory.csv", "matrix.csv", "matrix.xlsx"}
