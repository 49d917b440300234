"""A typed client of the services: `Client` and the errors that its methods raise. It imports no server.

What comes back are the messages of the contracts (`taiyi_api`), as they came: docs/services.md has examples.
"""

from taiyi_client.client import Client
from taiyi_client.errors import Conflict, Failed, NotFound, Refused, ServiceError, Unavailable

__all__ = ["Client", "Conflict", "Failed", "NotFound", "Refused", "ServiceError", "Unavailable"]
