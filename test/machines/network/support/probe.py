"""What a machine in a test of the network says to others, and what it hears. The first argument says which."""

import json
import os
import random
import socket
import struct
import sys
import threading
import time

DISCOVER, OFFER = 1, 2
MAGIC_COOKIE = b"\x63\x82\x53\x63"
MESSAGE_TYPE, PARAMETERS, END = 53, 55, 255
ASKED = {
    1: "netmask",
    3: "router",
    6: "dns",
    12: "hostName",
    15: "domain",
    26: "mtu",
    51: "leaseSeconds",
}


def listen(address: str, port: str) -> None:
    """Sends back what it is sent."""
    server = socket.create_server((address, int(port)))
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        threading.Thread(target=echo, args=(connection,), daemon=True).start()


def echo(connection: socket.socket) -> None:
    while data := connection.recv(1024):
        connection.sendall(data)


def tick(address: str, port: str) -> None:
    """Sends a line ten times a second to whoever is connected."""
    server = socket.create_server((address, int(port)))
    print("ready", flush=True)
    connection, _ = server.accept()
    while True:
        connection.sendall(b"tick\n")
        time.sleep(0.1)


def dial(address: str, port: str, timeout_seconds: str) -> None:
    try:
        socket.create_connection((address, int(port)), timeout=float(timeout_seconds))
        print("open")
    except TimeoutError:
        print("silence")
    except OSError as error:
        print(error.strerror)


def talk(address: str, port: str) -> None:
    """One connection, which sends what is on standard input and prints what comes back."""
    connection = socket.create_connection((address, int(port)), timeout=20)
    connection.settimeout(None)
    print("connected", flush=True)

    def hear() -> None:
        while data := connection.recv(1024):
            print(data.decode(), end="", flush=True)

    threading.Thread(target=hear, daemon=True).start()
    for line in sys.stdin:
        connection.sendall(line.encode())


def say(address: str, port: str) -> None:
    """One datagram."""
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", (address, int(port)))


def ping(address: str) -> None:
    """One echo request, whose answer nobody waits for."""
    header = struct.pack("!BBHHH", 8, 0, 0, 1, 1)
    checksum = 0xFFFF - sum(struct.unpack("!4H", header))
    request = struct.pack("!BBHHH", 8, 0, checksum, 1, 1)
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).sendto(request, (address, 0))


def discover(interface: str, attempts: str) -> None:
    """What DHCP offers: https://datatracker.ietf.org/doc/html/rfc2131#section-4.4.1"""
    with open(f"/sys/class/net/{interface}/address") as file:
        mac = bytes.fromhex(file.read().strip().replace(":", ""))
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    client.bind(("", 68))
    client.settimeout(2)
    transaction = random.randbytes(4)
    options = bytes([MESSAGE_TYPE, 1, DISCOVER, PARAMETERS, len(ASKED), *ASKED, END])
    asks_for_broadcast = 0x8000
    header = struct.pack("!BBBB4sHH", 1, 1, 6, 0, transaction, 0, asks_for_broadcast)
    request = header + bytes(16) + mac.ljust(16, b"\0") + bytes(192) + MAGIC_COOKIE + options
    for _ in range(int(attempts)):
        client.sendto(request, ("255.255.255.255", 67))
        try:
            answer = client.recv(4096)
        except TimeoutError:
            continue
        if answer[4:8] == transaction:
            print(json.dumps(offer_of(answer)))
            return
    sys.exit("no offer")


def offer_of(answer: bytes) -> dict[str, str | int]:
    options = dict(options_of(answer[240:]))
    offer: dict[str, str | int] = {"address": socket.inet_ntoa(answer[16:20])}
    for code, name in ASKED.items():
        value = options.get(code)
        if value is None:
            continue
        if name in ("netmask", "router", "dns"):
            offer[name] = socket.inet_ntoa(value)
        elif name in ("mtu", "leaseSeconds"):
            offer[name] = int.from_bytes(value)
        else:
            offer[name] = value.decode()
    assert options[MESSAGE_TYPE] == bytes([OFFER])
    return offer


def options_of(data: bytes):
    while data and data[0] != END:
        if data[0] == 0:
            data = data[1:]
            continue
        code, length = data[0], data[1]
        yield code, data[2 : 2 + length]
        data = data[2 + length :]


{f.__name__: f for f in (listen, tick, dial, talk, say, ping, discover)}[sys.argv[1]](*sys.argv[2:])
sys.stdout.flush()
os._exit(0)
