"""Channels to our servers, as the client opens them: for services that call services."""

from taiyi_client.channel import connect, connect_blocking, service_config

__all__ = ["connect", "connect_blocking", "service_config"]
