"""The closed words of the map language as a reader says them; a user's own word is said as written."""

from __future__ import annotations

from cloison.netmodel.finding import Text

NATURES = {
    "public": Text("public", "public"),
    "production": Text("production", "production"),
    "administration": Text("administration", "administration"),
    "supervision": Text("supervision", "supervision"),
    "logging": Text("logging", "journalisation"),
    "backup": Text("backup", "sauvegarde"),
    "storage": Text("storage", "stockage"),
    "development": Text("development", "développement"),
    "test": Text("test", "test"),
    "preproduction": Text("preproduction", "préproduction"),
    "exchange-in": Text("exchange, inwards", "échange entrant"),
    "exchange-out": Text("exchange, outwards", "échange sortant"),
    "office": Text("office", "bureautique"),
    "support": Text("support", "support"),
}
DOMAINS = {
    "exposure": Text("exposure", "exposition"),
    "transport": Text("transport", "transport"),
    "processing": Text("processing", "traitement"),
    "storage": Text("storage", "stockage"),
    "management": Text("management", "gestion"),
    "exchange": Text("exchange", "échange"),
}
SENSITIVITIES = {
    "public": Text("public", "public"),
    "exposed": Text("exposed", "exposé"),
    "internal": Text("internal", "interne"),
    "sensitive": Text("sensitive", "sensible"),
}
FUNCTIONS = {
    "filtering": Text("filtering", "filtrage"),
    "routing": Text("routing", "routage"),
    "waf": Text("web application firewall", "pare-feu applicatif"),
    "proxy": Text("proxy", "mandataire"),
    "bastion": Text("bastion", "bastion"),
    "vpn": Text("VPN", "VPN"),
    "authentication": Text("authentication", "authentification"),
    "encryption": Text("encryption", "chiffrement"),
    "probe": Text("probe", "sonde"),
    "log-collector": Text("log collector", "collecteur de journaux"),
    "siem": Text("SIEM", "SIEM"),
    "time-source": Text("time source", "source de temps"),
    "directory": Text("directory", "annuaire"),
    "sas-in": Text("inward airlock", "sas entrant"),
    "sas-out": Text("outward airlock", "sas sortant"),
    "antivirus": Text("antivirus", "antivirus"),
    "hypervisor": Text("hypervisor", "hyperviseur"),
}
ROOMS = {
    "public": Text("public room", "local public"),
    "private": Text("private room", "local privé"),
    "sensitive": Text("sensitive room", "local sensible"),
    "delivery": Text("delivery area", "zone de livraison"),
}
KINDS = {
    "provider": Text("provider", "prestataire"),
    "tenant": Text("tenant", "commanditaire"),
    "third-party": Text("third party", "tiers"),
    "public": Text("public", "public"),
}
PLANE_OF_NATURE = {
    "public": "public",
    "production": "production",
    "administration": "administration",
    "supervision": "supervision",
    "logging": "supervision",
    "backup": "storage",
    "storage": "storage",
    "development": "development",
    "test": "development",
    "preproduction": "development",
    "exchange-in": "exchange",
    "exchange-out": "exchange",
    "office": "support",
    "support": "support",
}
SECURITY = frozenset(FUNCTIONS) - {"routing", "hypervisor"}  # functions that make a security equipment (13.1.a)


def word(table: dict[str, Text], key: str) -> Text:
    """Return how ``key`` is said; a word that is not in the table is said as it is written."""
    return table.get(key) or Text(key, key)
