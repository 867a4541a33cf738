"""Build the lab out of network namespaces, play its traffic and record it at two probes (needs root).

    record.py [FOLDER]

The kernel routes, filters (nftables.conf) and translates; the servers are real: ``openssl s_server`` (one of them
speaks TLS 1.0 alone), ``sshd``, ``dnsmasq``, ``rsyslogd``, ``busybox httpd``, ``telnetd``, and a tunnel of
``wireguard-go``. ``tcpdump`` records at the firewall's ``wan`` (probe ids-edge) and ``compute`` (probe ids-core)
interfaces; ``softflowd`` exports the same packets as NetFlow v5, v9 and IPFIX, and into ``nfcapd``.
Every namespace and process of the lab is made here and removed here.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = ("ip", "nft", "tcpdump", "openssl", "sshd", "ssh", "dnsmasq", "rsyslogd", "busybox", "telnetd", "socat",
         "logger", "ping", "softflowd", "nfcapd", "wg", "wireguard-go")  # fmt: skip
PREFIX = f"lab{os.getpid()}-"

# subnet: its gateway's addresses; the firewall has a foot in every subnet but the one behind the tunnel's far end
SUBNETS = {
    "wan": ("198.51.100.1/24", "2001:db8:f00d::1/64", "198.51.100.20/32"),
    "front": ("10.40.0.1/24", "2001:db8:40::1/64"),
    "compute": ("10.20.0.1/24", "2001:db8:20::1/64"),
    "services": ("10.30.0.1/24", "2001:db8:30::1/64"),
    "posts": ("10.10.0.1/24",),
    "bastions": ("10.11.0.1/24",),
    "backstage": ("10.50.0.1/24",),
}
BEHIND = {"backstage": "gate"}
# host: (subnet's bridge, MAC, addresses)
HOSTS = {
    "client": ("wan", "02:00:00:00:00:77", ("198.51.100.77/24", "2001:db8:f00d::77/64")),
    "waf": ("front", "02:00:00:00:02:10", ("10.40.0.10/24", "2001:db8:40::10/64")),
    "app": ("compute", "02:00:00:00:03:11", ("10.20.0.11/24", "2001:db8:20::11/64")),
    "plc": ("compute", "02:00:00:00:03:12", ("10.20.0.12/24",)),
    "old": ("compute", "02:00:00:00:03:14", ("10.20.0.14/24",)),
    "gate": ("compute", "02:00:00:00:03:50", ("10.20.0.50/24",)),
    "dns": ("services", "02:00:00:00:04:53", ("10.30.0.53/24", "2001:db8:30::53/64")),
    "log": ("services", "02:00:00:00:04:14", ("10.30.0.14/24",)),
    "post": ("posts", "02:00:00:00:05:07", ("10.10.0.7/24",)),
    "bastion": ("bastions", "02:00:00:00:06:22", ("10.11.0.22/24",)),
    "vpn": ("bastions", "02:00:00:00:06:50", ("10.11.0.50/24",)),
    "store": ("backstage", "02:00:00:00:07:09", ("10.50.0.9/24",)),
}
PROBES = {"edge": "wan", "core": "compute"}
EXPORTS = {"5": "v5", "9": "v9", "10": "ipfix"}  # softflowd's name of a version: the suffix of what is kept


def run(*words: str, check: bool = True, wait: float = 20.0, given: bytes = b"") -> int:
    """Run a command to its end and return its exit code; its output is shown when it was not to fail and did."""
    done = subprocess.run(words, input=given, capture_output=True, timeout=wait, check=False)
    if check and done.returncode:
        sys.stderr.buffer.write(done.stdout + done.stderr)
        raise SystemExit(f"{' '.join(words)}: exit {done.returncode}")
    return done.returncode


def inside(host: str, *words: str) -> tuple[str, ...]:
    """Return the command that runs ``words`` in a host's namespace."""
    return ("ip", "netns", "exec", PREFIX + host, *words)


def await_that(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds, for ten seconds at most."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    raise SystemExit(f"{what} did not come / {what} n'est pas venu")


class Servers:
    """The processes that the lab started; ended by their own handles, never by name."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, host: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a command in a host's namespace."""
        process = subprocess.Popen(
            inside(host, *words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._running.append(process)
        return process

    def stop(self) -> None:
        """End every process."""
        for process in reversed(self._running):
            process.terminate()
        for process in self._running:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def network() -> Iterator[None]:
    """Make the namespaces, the bridges, the firewall's interfaces and its rules; remove them at the end."""
    names = ["lan", "fw", *HOSTS]
    try:
        for name in names:
            run("ip", "netns", "add", PREFIX + name)
            run("ip", "-n", PREFIX + name, "link", "set", "lo", "up")
        quiet = ("net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0")
        for name in ("fw", *HOSTS):
            run(*inside(name, "sysctl", "-qw", *quiet))
        run(*inside("lan", "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"))
        for number, (subnet, addresses) in enumerate(SUBNETS.items(), 1):
            run("ip", "-n", PREFIX + "lan", "link", "add", subnet, "type", "bridge")
            run("ip", "-n", PREFIX + "lan", "link", "set", subnet, "up")
            if subnet not in BEHIND:
                plug("fw", subnet, subnet, f"02:00:00:00:01:{number:02x}", addresses)
        for host, (subnet, mac, addresses) in HOSTS.items():
            plug(host, "eth0", subnet, mac, addresses)
            for gateway, _ in zip(SUBNETS[subnet][:2], addresses, strict=False):  # IPv4 first, in both
                run("ip", "-n", PREFIX + host, "route", "add", "default", "via", gateway.partition("/")[0])
        plug("gate", "eth1", "backstage", "02:00:00:00:07:01", SUBNETS["backstage"])
        run(*inside("fw", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"))
        for host in ("gate", "vpn"):
            run(*inside(host, "sysctl", "-qw", "net.ipv4.ip_forward=1"))
        run(*inside("fw", "ip", "route", "add", "10.50.0.0/24", "via", "10.20.0.50"))
        run(*inside("fw", "nft", "-f", str(HERE / "nftables.conf")))
        yield
    finally:
        for name in names:
            run("ip", "netns", "del", PREFIX + name, check=False)


def plug(host: str, interface: str, subnet: str, mac: str, addresses: tuple[str, ...]) -> None:
    """Join a host to a subnet's bridge by a pair of virtual interfaces."""
    space = PREFIX + host
    port = f"{host}-{interface}"[:15]
    run("ip", "-n", space, "link", "add", interface, "address", mac, "type", "veth", "peer", "name", port,
        "netns", PREFIX + "lan")  # fmt: skip
    run("ip", "-n", PREFIX + "lan", "link", "set", port, "master", subnet, "up")
    run("ip", "-n", space, "link", "set", interface, "up")
    for address in addresses:
        run("ip", "-n", space, "addr", "add", address, "dev", interface, *(("nodad",) if ":" in address else ()))


def serve(servers: Servers, work: Path) -> None:
    """Start the real servers, each in its host's namespace."""
    key, certificate = work / "key.pem", work / "certificate.pem"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
        "-days", "2", "-subj", "/C=FR/O=Nuage Aster/CN=console.aster.example")  # fmt: skip
    for host, also in (("waf", ()), ("app", ()), ("old", OBSOLETE)):
        servers.start(host, "openssl", "s_server", "-accept", "8443", "-www",
                      "-cert", str(certificate), "-key", str(key), *also)  # fmt: skip
    (work / "www").mkdir()
    (work / "www" / "index.html").write_text("clear text\n", encoding="utf-8")
    for host, port in (("waf", "80"), ("app", "443")):
        servers.start(host, "busybox", "httpd", "-f", "-p", port, "-h", str(work / "www"))
    host_key, user_key = work / "host_key", work / "user_key"
    for file in (host_key, user_key):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file))
    allowed = work / "authorized_keys"
    allowed.write_bytes(user_key.with_suffix(".pub").read_bytes())
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for host, port in (("app", "22"), ("bastion", "22"), ("store", "22"), ("old", "443")):
        servers.start(host, shutil.which("sshd") or "sshd", "-D", "-f", "/dev/null", "-h", str(host_key), "-p", port,
                      "-o", f"AuthorizedKeysFile={allowed}", "-o", f"PidFile={work / host}.pid",
                      "-o", "StrictModes=no", "-o", "PermitRootLogin=yes", "-o", "UsePAM=no")  # fmt: skip
    servers.start("plc", "socat", "TCP-LISTEN:23,fork,reuseaddr", "EXEC:telnetd -E /bin/true")
    servers.start("dns", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--no-resolv",
                  "--user=root", f"--pid-file={work / 'dnsmasq.pid'}",
                  "--address=/app.aster.example/10.20.0.11")  # fmt: skip
    settings = work / "rsyslog.conf"
    settings.write_text(
        f'global(workDirectory="{work}")\nmodule(load="imudp")\ninput(type="imudp" port="514")\n'
        f'action(type="omfile" file="{work / "received.log"}")\n',
        encoding="utf-8",
    )
    servers.start("log", "rsyslogd", "-n", "-f", str(settings), "-i", str(work / "rsyslog.pid"))
    for host, port in (("waf", 8443), ("app", 8443), ("old", 8443), ("waf", 80), ("app", 443), ("app", 22),
                       ("bastion", 22), ("store", 22), ("old", 443), ("plc", 23)):  # fmt: skip
        words = inside(host, sys.executable, "-c", REACH, str(port))
        await_that(lambda words=words: not run(*words, check=False), f"{host}'s port {port}")  # type: ignore[misc]
    hello = inside("log", "logger", "-d", "-n", "127.0.0.1", "-P", "514", "ready")
    await_that(lambda: not run(*hello, check=False) and (work / "received.log").exists(), "rsyslogd")


OBSOLETE = ("-tls1", "-cipher", "DEFAULT@SECLEVEL=0")  # OpenSSL 3 asks for level 0 before it speaks TLS 1.0
# an end of the tunnel: its outer address, and what it sends into it
ENDS = {"vpn": ("10.11.0.50", "10.50.0.0/24"), "gate": ("10.20.0.50", "10.11.0.22/32")}


def raise_tunnel(servers: Servers, work: Path) -> None:
    """Join vpn and gate by a WireGuard tunnel, and send the bastion's way to backstage into it."""
    keys = {}
    for host in ENDS:
        private = work / f"{host}.key"
        private.write_bytes(subprocess.run(("wg", "genkey"), capture_output=True, check=True).stdout)
        public = subprocess.run(("wg", "pubkey"), input=private.read_bytes(), capture_output=True, check=True).stdout
        keys[host] = private, public.decode("ascii").strip()
    for host, other, endpoint in (("gate", "vpn", ()), ("vpn", "gate", ("endpoint", f"{ENDS['gate'][0]}:51820"))):
        device = f"wg{os.getpid()}{host}"[:15]
        servers.start(host, "wireguard-go", "-f", device)
        show = inside(host, "wg", "show", device)
        await_that(lambda show=show: not run(*show, check=False), f"{host}'s tunnel")  # type: ignore[misc]
        inner = ",".join(sent for _, sent in ENDS.values())
        run(*inside(host, "wg", "set", device, "listen-port", "51820", "private-key", str(keys[host][0]),
                    "peer", keys[other][1], *endpoint, "allowed-ips", inner))  # fmt: skip
        run(*inside(host, "ip", "link", "set", device, "up"))
        run(*inside(host, "ip", "route", "add", ENDS[host][1], "dev", device))
    run(*inside("bastion", "ip", "route", "add", ENDS["vpn"][1], "via", ENDS["vpn"][0]))


REACH = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 1)"
SEND = """
import socket, sys
family, source, source_port, target, port, data = sys.argv[1:]
with socket.socket(socket.AF_INET6 if family == "6" else socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.bind((source, int(source_port)))
    sender.sendto(bytes.fromhex(data), (target, int(port)))
    sender.settimeout(1)
    try:
        sender.recv(2048)
    except OSError:
        pass
"""
CONNECT = """
import socket, sys
target, port, source_port, wait = sys.argv[1:]
with socket.socket(socket.AF_INET6 if ":" in target else socket.AF_INET) as sender:
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sender.bind(("", int(source_port)))
    sender.settimeout(float(wait))
    try:
        sender.connect((target, int(port)))
        sender.recv(64)  # what a server says first is on the wire before the end
    except OSError:
        pass
"""


def datagram(host: str, source: str, source_port: int, target: str, port: int, data: bytes) -> None:
    """Send one UDP datagram and wait a second for an answer."""
    family = "6" if ":" in target else "4"
    words = (sys.executable, "-c", SEND, family, source, str(source_port), target, str(port), data.hex())
    run(*inside(host, *words), check=False)


def knock(host: str, target: str, port: int, source_port: int = 0) -> None:
    """Try a TCP connection, so briefly that its first SYN is not repeated."""
    run(*inside(host, sys.executable, "-c", CONNECT, target, str(port), str(source_port), "0.5"), check=False)


def tls(host: str, target: str, port: int, *also: str) -> None:
    """Fetch a page over TLS."""
    address = f"[{target}]" if ":" in target else target
    words = ("openssl", "s_client", "-quiet", "-connect", f"{address}:{port}", *also)
    run(*inside(host, *words), check=False, given=b"GET / HTTP/1.0\r\n\r\n")


def clear(host: str, target: str, port: int) -> None:
    """Fetch a page over HTTP in clear."""
    address = f"TCP6:[{target}]" if ":" in target else f"TCP4:{target}"
    run(*inside(host, "socat", "-t", "2", "-", f"{address}:{port}"), given=b"GET / HTTP/1.0\r\n\r\n")


def login(host: str, target: str, work: Path, port: int = 22) -> None:
    """Run one command over SSH with the lab's key."""
    words = ("ssh", "-F", "/dev/null", "-p", str(port), "-i", str(work / "user_key"), "-o", "StrictHostKeyChecking=no",
             "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", f"root@{target}", "true")  # fmt: skip
    run(*inside(host, *words), check=False)


NAMED = ("-servername", "console.aster.example", "-alpn", "http/1.1")


def query(number: int) -> bytes:
    """Return a DNS question for the A record of app.aster.example (RFC 1035, section 4.1)."""
    name = b"".join(bytes([len(label)]) + label for label in (b"app", b"aster", b"example")) + b"\0"
    return number.to_bytes(2, "big") + bytes.fromhex("01000001000000000000") + name + bytes.fromhex("00010001")


def play(servers: Servers, work: Path) -> None:
    """Play the traffic; expected.csv says, line by line, what each probe must answer."""
    # what the matrix authorises
    tls("client", "198.51.100.20", 443, *NAMED)  # translated by the firewall to the WAF's 8443
    tls("client", "2001:db8:40::10", 8443)
    tls("waf", "10.20.0.11", 8443)
    tls("waf", "2001:db8:20::11", 8443)
    login("post", "10.11.0.22", work)  # seen by neither probe
    login("bastion", "10.20.0.11", work)
    datagram("app", "10.20.0.11", 40001, "10.30.0.53", 53, query(1))
    datagram("app", "2001:db8:20::11", 40002, "2001:db8:30::53", 53, query(2))
    run(*inside("app", "logger", "--rfc3164", "-d", "-n", "10.30.0.14", "-P", "514", "the lab speaks"))
    run(*inside("log", "ping", "-c", "2", "-i", "0.2", "-W", "1", "10.20.0.11"))
    run(*inside("log", "ping", "-c", "1", "-s", "3000", "-W", "1", "10.20.0.12"))  # three fragments each way
    knock("bastion", "10.20.0.12", 23)
    # what it does not, and the firewall lets pass by mistake
    clear("client", "2001:db8:40::10", 80)
    tls("client", "2001:db8:20::11", 8443)  # straight from the Internet to a sensitive server
    tls("app", "10.40.0.10", 8443)  # the wrong way round
    tls("post", "10.20.0.11", 8443)  # its line expired on 2026-06-30
    knock("waf", "10.20.0.12", 23)
    # what it authorises, and is not what its lines claim
    tls("waf", "10.20.0.14", 8443, *NAMED, *OBSOLETE)  # TLS 1.0 where 1.2 is the least
    clear("waf", "10.20.0.11", 443)  # HTTP in clear on the port of HTTPS
    clear("waf", "2001:db8:20::11", 443)
    login("post", "10.20.0.14", work, 443)  # SSH on the port of HTTPS
    login("bastion", "10.50.0.9", work)  # the tunnel is down: administration goes beside it
    raise_tunnel(servers, work)
    login("bastion", "10.50.0.9", work)  # in the tunnel: the probes see WireGuard
    # what it does not, and the firewall stops
    knock("app", "198.51.100.77", 80)
    knock("plc", "10.11.0.22", 50000, source_port=22)  # a call that would pass for the reply of an authorised one
    datagram("app", "10.20.0.11", 40003, "192.0.2.99", 123, bytes([0x23]) + bytes(47))  # an address on no map
    datagram("app", "10.20.0.11", 40004, "10.30.0.14", 161, b"0" * 40)  # refused by an ICMP error
    for port in (21, 22, 23, 445, 3389):
        knock("client", "2001:db8:40::10", port)  # a scan


def export(capture: Path, folder: Path, probe: str) -> None:
    """Replay a capture through softflowd; keep its datagrams, one after the other, as they came in on loopback."""
    for version, suffix in EXPORTS.items():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
            collector.bind(("127.0.0.1", 0))
            replay(capture, collector.getsockname()[1], version)
            collector.settimeout(1)
            with (folder / f"{probe}.{suffix}").open("wb") as out, suppress(TimeoutError):
                while True:
                    out.write(collector.recv(65535))


def collect(capture: Path, folder: Path, probe: str) -> None:
    """Replay a capture through softflowd (NetFlow v9) into nfcapd on loopback; keep the collector's file."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    flows = folder / f"flows-{probe}"
    flows.mkdir()
    collector = subprocess.Popen(
        ("nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", str(flows), "-t", "3600", "-I", probe),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    await_that(lambda: any(flows.iterdir()), "nfcapd's file")
    replay(capture, port, "9")
    time.sleep(1)  # the last datagram is on its way
    collector.terminate()
    collector.wait(timeout=10)
    next(path for path in flows.iterdir() if path.name.startswith("nfcapd.2")).replace(folder / f"{probe}.nfcapd")
    shutil.rmtree(flows)


def replay(capture: Path, port: int, version: str) -> None:
    """Let softflowd read a capture and export it to a port of loopback, with the capture's own times."""
    with tempfile.TemporaryDirectory(prefix="lab-") as work:
        run("softflowd", "-r", str(capture), "-n", f"127.0.0.1:{port}", "-v", version, "-a", "-D",
            "-p", f"{work}/pid", "-c", "none")  # fmt: skip


def main() -> None:
    """Record the lab into a folder (this one when none is named)."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if os.geteuid() or missing:
        needs = ", ".join(missing) or "root"
        raise SystemExit(f"the lab needs {needs} / le labo demande {needs}")
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE
    folder.mkdir(parents=True, exist_ok=True)
    servers = Servers()
    with tempfile.TemporaryDirectory(prefix="lab-") as temporary, network():
        work = Path(temporary)
        try:
            serve(servers, work)
            probes = [
                servers.start("fw", "tcpdump", "-Z", "root", "-Uni", interface, "-w", str(work / f"{probe}.pcap"))
                for probe, interface in PROBES.items()
            ]
            time.sleep(1.5)
            play(servers, work)
            time.sleep(1.5)
            for probe in probes:
                probe.terminate()
                probe.wait(timeout=5)
        finally:
            servers.stop()
        for probe in PROBES:
            shutil.copyfile(work / f"{probe}.pcap", folder / f"{probe}.pcap")
            export(work / f"{probe}.pcap", folder, probe)
            collect(work / f"{probe}.pcap", folder, probe)
    kept = ", ".join(f"{probe}.{suffix}" for probe in PROBES for suffix in ("pcap", *EXPORTS.values(), "nfcapd"))
    sys.stdout.write(f"{folder}: {kept}\n")


if __name__ == "__main__":
    main()
