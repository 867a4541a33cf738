"""VLANs and VNIs: each is one subnet's on its carrier."""

from __future__ import annotations

from cloison.netmodel.compiling.problems import Problems
from cloison.netmodel.finding import say
from cloison.netmodel.language import model as m


def check_tags(model: m.Model, problems: Problems) -> None:
    """Add an error for each VLAN or VNI that two subnets have on one carrier."""
    taken: dict[tuple[str, str, int], str] = {}
    for name, subnet in model.subnets.items():
        for key, number in (("vlan", subnet.vlan), ("vni", subnet.vni)):
            if number is None:
                continue
            for carrier in subnet.over:
                other = taken.setdefault((key, carrier, number), name)
                if other != name:
                    problems.add(
                        f"{key}-twice",
                        say("{tag} {number} is already the subnet {other} on {carrier}",
                            "{tag} {number} est déjà le sous-réseau {other} sur {carrier}",
                            tag=key.upper(), number=number, other=other, carrier=carrier),
                        ("subnets", name, key), ("subnets", other, key),
                    )  # fmt: skip
                    break
