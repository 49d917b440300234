"""Where the services are: each has a port of its own, unless an address says otherwise."""

from __future__ import annotations

import os

HOST = "127.0.0.1"
PORTS = {"catalog": 7401, "renderer": 7402, "trainer": 7403, "inference": 7404, "scorer": 7405}
"""The port of each service, where none is said."""
VARIABLE = "TAIYI_SERVER"


def addresses(server: str = "") -> dict[str, str]:
    """The address of each service. server: `host`, each service at its own port; `host:port` or `unix:path`, all of them
    there; or `catalog=host:port,scorer=host:port`, the others as on this machine. Empty: the variable TAIYI_SERVER, or
    this machine. ValueError for what is none of these.
    """
    text = (server or os.environ.get(VARIABLE, "")).strip() or HOST
    if "=" not in text:
        return {service: _address(text, port) for service, port in PORTS.items()}
    found = {service: _address(HOST, port) for service, port in PORTS.items()}
    for part in filter(None, text.split(",")):
        service, _, address = (piece.strip() for piece in part.partition("="))
        if service not in PORTS or not address:
            raise ValueError(f"{part!r}: SERVICE=HOST:PORT is needed, with one of {', '.join(PORTS)}")
        found[service] = _address(address, PORTS[service])
    return found


def _address(text: str, port: int) -> str:
    if text.startswith(("unix:", "dns:", "ipv4:", "ipv6:")):
        return text
    host, colon, number = text.rpartition(":")
    if not colon or text.endswith("]"):
        return f"{text}:{port}"
    if not number.isdecimal() or int(number) > 65535 or (":" in host and not host.startswith("[")):
        raise ValueError(f"{text!r} is no address: HOST, HOST:PORT or unix:PATH; IPv6 in brackets")
    return text
